import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { globSync } from 'tinyglobby';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { dumpHelios } from '../support/dump.js';
import { runInProcess } from '../support/cli.js';
import { tokenOf } from '../support/site.js';
import { startLiar } from './liar.js';
import { badManners } from './manners.js';
import { documentEdits, textEdits } from './mutate.js';
import type { Edit } from './mutate.js';

/** A kind of input that is spoiled, and the commands that meet it. */
export interface Family {
  /** What one case does to its input. */
  readonly edits: fc.Arbitrary<Spoiling>;
  /** Runs one case. Gives what is wrong with the answer; `undefined` where nothing is. */
  readonly run: (spoiling: Spoiling) => Promise<string | undefined>;
  readonly close: () => Promise<void>;
}

/** One case: which of the inputs, how it is spoiled, and which of the commands meets it. */
export interface Spoiling {
  readonly input: number;
  readonly edit: Edit;
  readonly command: number;
}

/** The families by name. */
export const FAMILIES: Readonly<Record<string, () => Promise<Family>>> = {
  configuration: configurations,
  plan: savedPlans,
  state: states,
  answer: answers,
};

const ROOT = join(import.meta.dirname, '../..');

const CONFIGURATION = `version: 1
stack: fuzz
providers:
  helios: { type: singlestore }
secrets:
  A: { value: { env: VALUE_A }, owners: [team:Platform], readers: ['user:ben@example.com'] }
  B: { value: { env: VALUE_B }, owners: ['user:ana@example.com'], lifecycle: { protect: true } }
  C: { value: { generate: 32 } }
shares:
  - { secrets: ['*'], readers: ['team:Data Engineering'] }
`;

const VALUES = { VALUE_A: 'first-value-of-the-fuzz-run', VALUE_B: 'second-value-of-the-fuzz-run' };

function spoiling(edit: fc.Arbitrary<Edit>): fc.Arbitrary<Spoiling> {
  return fc.record({ input: fc.nat(1_000_000), edit, command: fc.nat(1_000_000) });
}

function pick<T>(list: readonly T[], number: number): T {
  const item = list[number % list.length];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

interface Folder {
  readonly path: string;
  readonly env: Record<string, string>;
  /** Runs a command in it. Gives what is wrong with its answer; `undefined` where nothing is. */
  readonly run: (args: readonly string[], codes: readonly number[]) => Promise<string | undefined>;
  readonly remove: () => Promise<void>;
}

async function openFolder(env: Record<string, string>): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'secrets-fuzz-'));
  const all = { PATH: process.env['PATH'] ?? '', HOME: path, SECRETS_ALLOWED_HOSTS: '127.0.0.1', ...env };
  return {
    path,
    env: all,
    run: async (args, codes) =>
      badManners(await runInProcess(args, { cwd: path, env: { ...all } }), args.includes('--json'), codes),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** Configurations: those of the examples and of the README. */
async function configurations(): Promise<Family> {
  const folder = await openFolder({});
  const files = globSync(['examples/**/*.yaml', 'test/config/fixtures/**/*.yaml'], {
    cwd: ROOT,
    absolute: true,
  });
  const texts = await Promise.all(files.sort().map((file) => readFile(file)));
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => Buffer.from(block ?? ''));
  const inputs = [...texts, ...blocks.filter((block) => block.includes('version: 1'))];
  const commands = [['validate'], ['validate', '--json'], ['graph']];
  return {
    edits: spoiling(textEdits),
    run: async ({ input, edit, command }) => {
      await writeFile(join(folder.path, 'secrets.yaml'), edit(pick(inputs, input)));
      return folder.run(pick(commands, command), [0, 1]);
    },
    close: folder.remove,
  };
}

/** An organization with what the configuration asks for in it. */
async function openApplied(): Promise<{ readonly folder: Folder; readonly helios: HeliosSandbox }> {
  const helios = await startHelios({ idSeed: 'fuzz' });
  const folder = await openFolder({
    SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
    ...VALUES,
  });
  await writeFile(join(folder.path, 'secrets.yaml'), CONFIGURATION);
  await must(folder, 'apply', '--auto-approve');
  return { folder, helios };
}

async function must(folder: Folder, ...args: readonly string[]): Promise<void> {
  const wrong = await folder.run(args, [0]);
  if (wrong !== undefined) throw new Error(`${args.join(' ')}: ${wrong}`);
}

/**
 * Saved plans. A sealed one that was spoiled must be refused. One without a seal, which `--allow-unsealed` applies, may be refused too;
 * otherwise what was planned is done, or nothing.
 */
async function savedPlans(): Promise<Family> {
  let site = await openPlanned();
  return {
    edits: spoiling(documentEdits),
    run: async ({ input, edit, command }) => {
      const { folder, plan } = site;
      const isSealed = input % 2 === 0;
      const spoiled = edit(isSealed ? plan : withoutSeal(plan));
      await writeFile(join(folder.path, 'spoiled.plan'), spoiled);
      const allowed = isSealed ? [] : ['--allow-unsealed'];
      if (command % 4 === 0) return folder.run(['show', 'spoiled.plan', ...allowed], [0, 1]);
      if (command % 4 === 1) return folder.run(['show', '--json', 'spoiled.plan', ...allowed], [0, 1]);
      if (isSame(spoiled, plan)) return undefined;
      const apply = ['apply', '--auto-approve', 'spoiled.plan', ...allowed];
      const wrong = await folder.run(apply, isSealed ? [1] : [0, 1]);
      const after = accessIn(site.helios);
      if (after === site.before) return wrong;
      await site.close();
      site = await openPlanned();
      return (
        wrong ?? (after === site.planned && !isSealed ? undefined : 'something else than the plan was done')
      );
    },
    close: () => site.close(),
  };
}

/** An organization, a saved plan for it, and who has access before and after that plan. */
async function openPlanned() {
  const changed = CONFIGURATION.replace("'user:ben@example.com'", "'user:chloe@example.com'");
  const { folder, helios } = await openApplied();
  const before = accessIn(helios);
  await writeFile(join(folder.path, 'secrets.yaml'), changed);
  await must(folder, 'plan', '--out', 'saved.plan');
  const plan = await readFile(join(folder.path, 'saved.plan'));
  return {
    folder,
    helios,
    plan,
    before,
    planned: before.replace('Reader user:ben@example.com', 'Reader user:chloe@example.com'),
    close: async (): Promise<void> => {
      await Promise.all([helios.close(), folder.remove()]);
    },
  };
}

function withoutSeal(plan: Buffer): Buffer {
  const { mac: _, ...rest } = JSON.parse(plan.toString('utf8')) as Record<string, unknown>;
  return Buffer.from(JSON.stringify(rest));
}

/** Who has access to which secret, as text. */
function accessIn(helios: HeliosSandbox): string {
  return JSON.stringify(Object.entries(dumpHelios(helios)).map(([name, { access }]) => [name, access]));
}

/** Whether a spoiled document says what it said before. */
function isSame(spoiled: Buffer, document: Buffer): boolean {
  try {
    return (
      JSON.stringify(JSON.parse(spoiled.toString('utf8'))) ===
      JSON.stringify(JSON.parse(document.toString('utf8')))
    );
  } catch {
    return false;
  }
}

/** State files, which no command that only reads may change. */
async function states(): Promise<Family> {
  const { folder, helios } = await openApplied();
  const file = join(folder.path, '.secrets/fuzz.state.json');
  const state = await readFile(file);
  const commands = [
    ['state', 'list'],
    ['state', 'list', '--json'],
    ['state', 'show', 'secret.helios.A'],
    ['plan'],
    ['plan', '--json'],
    ['drift'],
    ['state', 'pull'],
  ];
  return {
    edits: spoiling(documentEdits),
    run: async ({ edit, command }) => {
      const spoiled = edit(state);
      await writeFile(file, spoiled);
      const wrong = await folder.run(pick(commands, command), [0, 1, 2, 3]);
      return wrong ?? ((await readFile(file)).equals(spoiled) ? undefined : 'the state was written');
    },
    close: async () => {
      await Promise.all([helios.close(), folder.remove()]);
    },
  };
}

/** Answers of the API: one of a run is spoiled, in its body, status or headers. */
async function answers(): Promise<Family> {
  const { folder, helios } = await openApplied();
  const liar = await startLiar(helios.url);
  folder.env['SINGLESTOREDB_MANAGEMENT_BASE_URL'] = liar.url;
  const commands = [['plan'], ['plan', '--json'], ['drift'], ['drift', '--json'], ['pull']];
  return {
    edits: spoiling(documentEdits),
    run: async ({ input, edit, command }) => {
      liar.spoil(input, edit);
      return folder.run(pick(commands, command), [0, 1, 2, 3]);
    },
    close: async () => {
      await Promise.all([liar.close(), helios.close(), folder.remove()]);
    },
  };
}
