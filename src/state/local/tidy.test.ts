import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newHolder } from '../holder.js';
import { tidyUp } from './tidy.js';

/** A folder with these files in it, tidied up; gives the names that are left. A state's text is its serial here. */
async function tidied(files: Readonly<Record<string, string>>): Promise<{ left: string[]; state: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-tidy-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const serialOf = (path: string): Promise<number> => readFile(path, 'utf8').then(Number, () => 0);
  await tidyUp(join(folder, 'prod.state.json'), join(folder, 'prod.key'), serialOf);
  const left = (await readdir(folder)).sort();
  return { left, state: await readFile(join(folder, 'prod.state.json'), 'utf8') };
}

const lockOf = (pid: number): string =>
  JSON.stringify(
    newHolder(
      {
        operation: 'apply',
        timeoutMs: 0,
        onWait: () => undefined,
        signal: new AbortController().signal,
        holder: { pid },
      },
      { toolVersion: '0', now: () => new Date(0) },
    ),
  );

describe('tidying up beside a local state', () => {
  const [one, two] = [randomUUID(), randomUUID()];
  const gone = spawnSync(process.execPath, ['--version']).pid;

  it('takes away drafts of states and keys, and what dead processes left of locks', async () => {
    const { left } = await tidied({
      'prod.state.json': '4',
      [`prod.state.json.4.${one}.draft`]: '',
      [`prod.state.json.5.${two}.draft`]: '5',
      'prod.key.0123456789ab': 'x',
      [`prod.state.json.lock.${one}`]: lockOf(gone),
      [`prod.state.json.lock.${one}.taking`]: lockOf(gone),
      [`prod.state.json.lock.${one}.taking.${two}`]: lockOf(gone),
    });
    expect(left).toEqual(['prod.state.json']);
  });

  it('leaves what is of use, of the living, or none of ours', async () => {
    const files = {
      'prod.state.json': '4',
      'prod.state.json.backup': '3',
      'prod.state.json.lock': lockOf(gone),
      [`prod.state.json.lock.${one}`]: '',
      [`prod.state.json.lock.${two}`]: 'not whole',
      'prod.key': 'x',
      'prod.key.old': 'x',
      [`other.state.json.4.${one}.draft`]: '',
      'prodXstate.json.3': '3',
    };
    // Our own process holds a lock only if it says so: another living one stands for it.
    files[`prod.state.json.lock.${one}`] = lockOf(process.ppid);
    expect((await tidied(files)).left).toEqual(Object.keys(files).sort());
  });

  it('puts the claim in place that is the state, and takes away those that led nowhere', async () => {
    const found = await tidied({
      'prod.state.json': '4',
      'prod.state.json.3': '3',
      'prod.state.json.4': 'late',
      'prod.state.json.5': '5',
      'prod.state.json.7': '7',
    });
    expect(found).toEqual({ left: ['prod.state.json', 'prod.state.json.7'], state: '5' });
    expect(await tidied({ 'prod.state.json.1': '1' })).toEqual({ left: ['prod.state.json'], state: '1' });
  });
});
