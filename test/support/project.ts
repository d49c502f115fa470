import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { filesBelow, leaksIn, secretsOf } from './canaries.js';
import { runInProcess } from './cli.js';
import { COMMAND, start } from './command.js';
import type { Finished, Running } from './command.js';

/** A folder with a configuration in it, and the variables that it reads. */
export interface Project {
  readonly folder: string;
  /** May be changed between runs. */
  readonly env: Record<string, string>;
  /** Writes a file, by its path in the folder. */
  readonly write: (path: string, text: string) => Promise<void>;
  /**
   * Runs `secrets` without a terminal, and checks what holds for every run: no value of a variable in what it printed and wrote,
   * no stack trace, no colour, and (with `--json`) documents alone on stdout.
   */
  readonly run: (...args: readonly string[]) => Promise<Finished>;
  /** Starts `secrets` as a process of its own, and does not wait. What it left is to be given to `check`. */
  readonly start: (...args: readonly string[]) => Running;
  /** Checks what holds for every run. */
  readonly check: (finished: Finished, args: readonly string[]) => Promise<void>;
  /** Removes the folder. */
  readonly remove: () => Promise<void>;
}

/** Variables without which no process does well; none of the ones that this test process happens to have. */
const SURROUNDINGS = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' };

/** Where a run takes place: in the process of the test, or in one of its own, as a user has it. */
export type Where = 'here' | 'process';

/**
 * Makes a project in a temporary folder.
 * @param where `process`: for what only a process has, such as its exit, its streams and its signals
 */
export async function makeProject(
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
  where: Where = 'here',
): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-e2e-'));
  const env: Record<string, string> = { ...SURROUNDINGS, HOME: folder, ...variables };
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  const startIn = (...args: readonly string[]): Running =>
    start(COMMAND, args, { cwd: folder, env: { ...env } });
  const check = async (finished: Finished, args: readonly string[]): Promise<void> => {
    expectManners(finished, args);
    const secrets = secretsOf(env);
    expect(leaksIn(finished.stdout, secrets), 'values on stdout').toEqual([]);
    expect(leaksIn(finished.stderr, secrets), 'values on stderr').toEqual([]);
    for (const [path, text] of await filesBelow(join(folder, '.secrets'))) {
      expect(leaksIn(text, secrets), `values in ${path}`).toEqual([]);
    }
  };
  return {
    folder,
    env,
    write,
    start: startIn,
    check,
    run: async (...args) => {
      const finished =
        where === 'process' ? await startIn(...args).finished : await runHere(args, { cwd: folder, env });
      await check(finished, args);
      return finished;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs `secrets` in this process. */
export async function runHere(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  input = '',
): Promise<Finished> {
  return { signal: null, ...(await runInProcess(args, { cwd, env: { ...env } }, input)) };
}

/** What holds for every run without a terminal, whatever it did. */
function expectManners({ stdout, stderr }: Finished, args: readonly string[]): void {
  const all = `${stdout}\n${stderr}`;
  expect(all).not.toMatch(/^ {4}at /m);
  expect(all).not.toContain('\u001b');
  expect(all).not.toContain('bug in secrets');
  if (!args.includes('--json')) return;
  const documents = documentsIn(stdout);
  if (args[0] === 'apply') expect(documents.at(-1)).toMatchObject({ event: 'end' });
  else expect(documents).toHaveLength(1);
}

/** The JSON documents on stdout, one a line. Raises where there is anything else. */
export function documentsIn(stdout: string): readonly Record<string, unknown>[] {
  expect(stdout).toMatch(/\n$/);
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
