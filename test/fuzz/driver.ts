import fc from 'fast-check';
import { FAMILIES } from './families.js';

/*
 * Runs cases of one family, in a process of its own, so that an input that never ends or takes all memory ends this process alone.
 * Arguments: the family, how many cases, the seed, and the number of the only case to run, if one is given.
 * On standard output, one line of JSON each: a case that begins, and what is wrong with a case.
 */

const [name = '', count = '', seed = '', only] = process.argv.slice(2);
const open = FAMILIES[name];
if (open === undefined) throw new Error(`no family '${name}'; there are ${Object.keys(FAMILIES).join(', ')}`);

const say = (line: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

const family = await open();
const cases = fc.sample(family.edits, { numRuns: Number(count), seed: Number(seed) });
for (const [number, spoiling] of cases.entries()) {
  if (only !== undefined && Number(only) !== number) continue;
  say({ number });
  const wrong = await family.run(spoiling).catch((error: unknown) => `raised ${String(error)}`);
  if (wrong !== undefined) say({ number, wrong });
}
say({ done: cases.length });
await family.close();
