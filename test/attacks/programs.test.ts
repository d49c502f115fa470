import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EndSource } from '../../src/model/index.js';
import { resolveValues } from '../../src/values/index.js';
import { temporaryFolder } from '../core/folder.js';
import { runScope } from '../scope.js';

const TOKENS = {
  SECRETS_KEY: 'key',
  SINGLESTOREDB_MANAGEMENT_TOKEN: 'token',
  AWS_SECRET_ACCESS_KEY: 'aws',
  OP_CONNECT_TOKEN: 'op',
};

/** A repository that a branch has filled, a folder of packages, and one of the system. */
let repository: string;
let system: string;
beforeEach(async () => {
  repository = temporaryFolder();
  system = temporaryFolder();
  await mkdir(join(repository, '.git'));
  await mkdir(join(repository, 'config'));
  // A sops file that no key opens but one of PGP.
  await writeFile(
    join(repository, 'config', 'x.yaml'),
    'a: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\nsops:\n    pgp:\n        - fp: x\n          enc: x\n    mac: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\n    lastmodified: "2026-01-01T00:00:00Z"\n    version: 3.9.0\n',
  );
});

/** Puts a program there that prints its name, its PATH and the variables that it got. */
async function plant(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  const script = `#!${process.execPath}\nprocess.stdout.write(JSON.stringify({ a: JSON.stringify({ path: __filename, env: process.env }) }));\n`;
  await writeFile(path, script, { mode: 0o755 });
  return path;
}

interface Ran {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What the program of a source said; or the problems, where none ran. */
async function ran(
  source: EndSource,
  path: readonly string[],
  allowExec = false,
): Promise<{ readonly ran?: Ran; readonly problems: string; readonly log: string }> {
  const log: string[] = [];
  const scope = runScope({
    cwd: repository,
    env: { ...TOKENS, PATH: path.join(delimiter), HOME: repository },
    allowExec,
    log: (message) => log.push(message),
  });
  const values = await resolveValues([{ source }], () => undefined, scope);
  const text = values.get(source)?.reveal();
  return {
    ...(text === undefined ? {} : { ran: JSON.parse(text) as Ran }),
    problems: values.diagnostics
      .map(({ summary, detail, next }) => [summary, detail, next].join(' '))
      .join('\n'),
    log: log.join('\n'),
  };
}

const sources = (): readonly (readonly [string, EndSource])[] => {
  const base = join(repository, 'config');
  return [
    ['op', { from: 'onepassword', reference: 'op://a/b/c', key: 'a' }],
    ['sops', { from: 'sops', path: 'x.yaml', base, key: 'a' }],
    ['tool', { from: 'exec', command: ['tool'], base, key: 'a' }],
  ];
};

describe('a branch that brings a program', () => {
  it.each([0, 1, 2])('does not have it run, wherever in PATH it is (%i)', async (index) => {
    const [name, source] = sources()[index]!;
    const bins = [
      join(repository, 'node_modules', '.bin'),
      join(repository, 'bin'),
      join(system, 'lib', 'node_modules', 'x', 'bin'),
    ];
    for (const bin of bins) await plant(bin, name);
    await plant(repository, name);
    const linked = join(system, 'linked');
    await symlink(join(repository, 'bin'), linked);
    const path = [...bins, linked, '', '.', 'bin'];
    const nothing = await ran(source, path, true);
    expect(nothing.ran).toBeUndefined();
    expect(nothing.problems).toContain(join(bins[0]!, name));
    const good = await plant(join(system, 'bin'), name);
    const found = await ran(source, [...path, join(system, 'bin')], true);
    expect(found.problems).toBe('');
    expect(found.ran?.path).toBe(good);
    expect(found.log).toContain(`running ${good}`);
    // A program that it starts is looked for in the same places.
    expect(found.ran?.env['PATH']).toBe(join(system, 'bin'));
  });

  it('cannot link a program of the system to one of its own', async () => {
    const evil = await plant(join(repository, 'bin'), 'op');
    await mkdir(join(system, 'bin'));
    await symlink(evil, join(system, 'bin', 'op'));
    const { ran: program, problems } = await ran(sources()[0]![1], [join(system, 'bin')]);
    expect(program).toBeUndefined();
    expect(problems).toContain(`the program ${join(system, 'bin', 'op')} is not run`);
  });
});

describe('a program that reads a value', () => {
  it.each([
    [0, ['OP_CONNECT_TOKEN']],
    [1, ['AWS_SECRET_ACCESS_KEY']],
    [2, ['AWS_SECRET_ACCESS_KEY', 'OP_CONNECT_TOKEN', 'SINGLESTOREDB_MANAGEMENT_TOKEN']],
  ])('gets the variables that it needs (%i)', async (index, needed) => {
    const [name, source] = sources()[index]!;
    await plant(join(system, 'bin'), name);
    const { ran: program } = await ran(source, [join(system, 'bin')], true);
    expect(
      Object.keys(TOKENS)
        .filter((token) => program?.env[token] !== undefined)
        .sort(),
    ).toEqual(needed);
    expect(program?.env['HOME']).toBe(repository);
  });

  it('that fails is named', async () => {
    const path = join(system, 'bin');
    await mkdir(path);
    for (const name of ['op', 'sops', 'tool'])
      await writeFile(join(path, name), '#!/bin/sh\nexit 7\n', { mode: 0o755 });
    for (const [name, source] of sources()) {
      expect((await ran(source, [path], true)).problems).toContain(`The program is ${join(path, name)}.`);
    }
  });

  it('is run from the repository where exec names its path', async () => {
    const own = await plant(join(repository, 'config', 'bin'), 'tool');
    const source = {
      from: 'exec',
      command: ['./bin/tool'],
      base: join(repository, 'config'),
      key: 'a',
    } as EndSource;
    expect((await ran(source, [join(system, 'bin')], true)).ran?.path).toBe(own);
    expect((await ran(source, [join(system, 'bin')])).problems).toContain('programs may not be run');
  });
});

it('a branch that brings az, which the library of Azure runs by name, stops the reading', async () => {
  const bin = join(repository, 'node_modules', '.bin');
  const evil = await plant(bin, 'az');
  const source = { from: 'azure', vault: 'main', name: 'app' } as EndSource;
  const { ran: program, problems } = await ran(source, [bin, '/usr/bin']);
  expect(program).toBeUndefined();
  expect(problems).toContain(`would run ${evil}`);
});
