import { runScope } from '../scope.js';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { own, plain } from '../../src/model/index.js';
import { tlsAttempts } from '../../src/net/sql/tls.js';
import { neededExtensions } from '../../src/providers/postgres/preflight/extensions.js';
import { askDuckdb } from '../../src/providers/postgres/preflight/ask.js';
import { patternOf } from '../../src/values/sops/pattern.js';
import { temporaryFolder } from '../core/folder.js';
import { load } from '../config/load-text.js';
import { makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';

const folder = temporaryFolder();
const pipe = join(folder, 'pipe');
execFileSync('mkfifo', [pipe]);

const HEAD = 'version: 1\nstack: test\nproviders: { helios: { type: singlestore } }\n';

async function project(files: Readonly<Record<string, string>>): Promise<Project> {
  const made = await makeProject(files, { A: 'canary-of-the-value-a' }, 'process');
  onTestFinished(made.remove);
  return made;
}

/** How long something takes, in milliseconds. */
async function timed(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

describe('a path that names something without an end', () => {
  it.each([
    ['a pipe', pipe],
    ['a device', '/dev/zero'],
  ])('as the state: %s', async (_, path) => {
    const { run } = await project({
      'secrets.yaml': `${HEAD}state: { backend: local, path: ${path} }\nsecrets: { A: { value: { env: A } } }\n`,
    });
    const { code, stderr } = await run('state', 'list');
    expect(code).toBe(1);
    expect(stderr).toContain('cannot be read (not a regular file)');
  });

  it.each([
    ['sslrootcert', { sslRootCert: pipe }],
    ['sslcert', { sslCert: '/dev/zero' }],
    ['sslkey', { sslKey: pipe }],
  ])('as %s', async (name, more) => {
    const settings = { sslMode: 'verify-full', ...more } as unknown as Parameters<typeof tlsAttempts>[0];
    await expect(tlsAttempts(settings, { host: 'db.example.com', port: 5432 })).rejects.toThrow(
      `the file of ${name} cannot be read (not a regular file)`,
    );
  });

  it('as a saved plan that nobody writes: a signal ends the run', async () => {
    const made = await project({ 'secrets.yaml': `${HEAD}secrets: { A: { value: { env: A } } }\n` });
    const running = made.start('show', pipe);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    running.child.kill('SIGTERM');
    const { code } = await running.finished;
    expect(code).not.toBe(0);
  });

  it('as the folder of extensions: not the whole disk is looked through', async () => {
    const deep = join(folder, 'a/b/c/d');
    await mkdir(deep, { recursive: true });
    await writeFile(join(deep, 'httpfs.duckdb_extension'), 'not an extension');
    const server = {
      address: 'duckdb_server.pg.lake',
      dependsOn: [],
      lifecycle: {},
      fields: { type: plain('s3'), 'options.brand_new': plain('x') },
    };
    const preflight = { servers: [], mappings: [] } as unknown as Parameters<typeof askDuckdb>[1];
    expect(
      await askDuckdb([server], preflight, { extensionDirectory: folder, once: runScope().once }),
    ).toMatchObject([
      {
        code: 'duckdb-not-asked',
        summary: expect.stringContaining("lacks DuckDB's extension httpfs") as string,
      },
    ]);
  });
});

describe('a text that makes its reader slow', () => {
  it('a pattern of a sops file, which is matched in linear time', async () => {
    const answer = async (pattern: string, ...names: readonly string[]): Promise<unknown> => {
      const found = await patternOf(pattern);
      return 'wrong' in found ? found.wrong : names.map((name) => found.matches([name]));
    };
    expect(await answer('^(a+)+$', 'aaa', `${'a'.repeat(60)}b`, `${'a'.repeat(100_000)}b`)).toEqual([
      true,
      false,
      false,
    ]);
    expect(await answer('(?i)SECRET', 'my_secret')).toEqual([true]);
    expect(await answer('(?P<name>a)[[:digit:]]', 'a1', 'ab')).toEqual([true, false]);
    expect(await answer('(?:a?){1000}'.repeat(300), 'a')).toBe('is too large');
    expect(await answer('(?=a)')).toContain('uses lookahead or lookbehind, which RE2');
    expect(await answer('(?<!a)b')).toContain('uses lookahead or lookbehind, which RE2');
    expect(await answer('(a)\\1')).toContain('uses back references, which RE2');
    expect(await answer('a++')).toContain('uses possessive or atomic groups, which RE2');
    expect(await answer('a[')).toBe('is not valid in RE2: missing closing ]');
  });

  it('duplicate keys without end', async () => {
    const text = `${HEAD}secrets:\n${'  A: {}\n'.repeat(100_000)}`;
    const took = await timed(() => {
      const { diagnostics } = load(text);
      expect(diagnostics.filter(({ code }) => code === 'duplicate-key')).toHaveLength(101);
      expect(diagnostics.map(({ summary }) => summary)).toContain(
        'This file has 99899 more duplicate keys, which are not shown.',
      );
    });
    expect(took).toBeLessThan(15_000);
  });

  it('problems without end: the first are shown, and the others counted', () => {
    const { diagnostics, configuration } = load(`${HEAD}${'x'.repeat(3)}: 1\nsecrets:\n${manyBad(2000)}`);
    expect(configuration).toBeUndefined();
    expect(diagnostics).toHaveLength(501);
    expect(diagnostics.at(-1)).toMatchObject({ severity: 'error', code: 'more-problems' });
  });

  it('a configuration that is too large for any machine', async () => {
    const { run } = await project({ 'secrets.yaml': `${HEAD}#${'x'.repeat(3 * 1024 * 1024)}\n` });
    const { code, stderr } = await run('validate');
    expect(code).toBe(1);
    expect(stderr).toContain('at most 2 MiB');
    const parts = Object.fromEntries(
      [1, 2, 3].map((n) => [`part${n}.yaml`, `#${'x'.repeat(1.5 * 1024 * 1024)}\n`]),
    );
    const many = await (await project(parts)).run('validate', '-f', '*.yaml');
    expect(many.code).toBe(1);
    expect(many.stderr).toContain('at most 4 MiB together');
  });
});

describe('a name that every object has', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('%s as a type', (name) => {
    expect(neededExtensions(name, undefined)).toEqual([]);
    expect(own({ a: 1 }, name)).toBeUndefined();
  });

  it.each(['constructor'])('%s as a provider, a secret and a server', async (name) => {
    const { run } = await project({
      'secrets.yaml': `version: 1
stack: test
providers: { ${name}: { type: duckdb, secret_directory: ./stored } }
duckdb_secrets: { ${name}: { type: ${name}, options: { scope: x } } }
`,
    });
    const { code, stderr } = await run('validate');
    expect(stderr).not.toMatch(/TypeError|defect/);
    expect(code).toBe(0);
    expect((await run('plan')).stderr).not.toMatch(/TypeError|defect|was made for/);
  });
});

describe('a variable that makes Node print requests', () => {
  it('is unset before Node reads it', async () => {
    const made = await project({ 'secrets.yaml': `${HEAD}secrets: { A: { value: { env: A } } }\n` });
    made.env['NODE_DEBUG'] = 'module,esm,http,net';
    made.env['NODE_DEBUG_NATIVE'] = 'MKSNAPSHOT,PERMISSION_MODEL,DIAGNOSTICS';
    const { stderr, code } = await made.run('validate');
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/MODULE|ESM|NODE_DEBUG/);
  });

  it('is warned of where a program uses the library', async () => {
    const { validate, defaultContext } = await import('../../src/index.js');
    const made = await project({ 'secrets.yaml': `${HEAD}secrets: { A: { value: { env: A } } }\n` });
    const context = defaultContext({ cwd: made.folder, env: { NODE_DEBUG: 'http' } });
    const { diagnostics } = await validate([], context);
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'node-debug' }]);
  });
});

function manyBad(count: number): string {
  return Array.from({ length: count }, (_, n) => `  K${n}: { valeu: 1 }\n`).join('');
}
