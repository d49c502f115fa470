import { createHmac } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/core/folder.js';
import { runScope } from '../../test/scope.js';
import { holds, holdsAsync } from '../../test/core/seeded.js';
import { DiagnosticError, Sensitive } from '../model/index.js';
import type { ValueSource } from '../model/index.js';
import { findKey, fingerprinter, makeKeyFile, resolveValues } from './index.js';
import type { ValueContext } from './index.js';

const base = temporaryFolder();
const CANARY = 'canary-value-55d1';
const none = (): undefined => undefined;
const env = (name: string): ValueSource => ({ from: 'env', name });
const file = (path: string, more: { trim?: boolean; base64?: boolean } = {}): ValueSource => ({
  from: 'file',
  path,
  base,
  ...more,
});
/** A world with some variables and nothing else. */
const world = (variables: Readonly<Record<string, string>>): ValueContext =>
  runScope({ env: variables, cwd: base });
let written = 0;
/** A new file with these bytes; gives its name. */
function put(bytes: string | Uint8Array): string {
  const name = `f${(written += 1)}`;
  writeFileSync(join(base, name), bytes);
  return name;
}
/** What a source gives: its value, or the code of what is wrong. */
async function read(source: ValueSource, variables: Record<string, string> = {}): Promise<string> {
  const values = await resolveValues([{ source }], none, world(variables));
  const [problem] = values.diagnostics;
  expect(JSON.stringify(values.diagnostics)).not.toContain(CANARY);
  if (problem?.severity === 'error') return `error: ${problem.summary}`;
  return `${problem === undefined ? '' : `${problem.code}: `}${values.get(source)?.reveal() ?? 'nothing'}`;
}

describe('an environment variable', () => {
  it('is its exact text', async () => {
    expect(await read(env('V'), { V: 'a b' })).toBe('a b');
    expect(await read(env('V'), { V: ' a\n' })).toBe('untrimmed-value:  a\n');
    expect(await read(env('V'), { V: '' })).toBe('error: The environment variable V is set, but empty.');
    expect(await read({ ...env('V'), allowEmpty: true }, { V: '' })).toBe('');
    expect(await read(env('V'), { W: CANARY })).toBe('error: The environment variable V is not set.');
  });

  it('is not set because every object has something of that name', async () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(await read(env(name))).toBe(`error: The environment variable ${name} is not set.`);
    }
  });
});

describe('a file', () => {
  it('is its exact bytes as text, or trimmed, or decoded', async () => {
    await holdsAsync(
      fc.string({ minLength: 1, unit: 'binary' }),
      async (text) => {
        expect(await read(file(put(text), { trim: false }))).toBe(text);
        const encoded = Buffer.from(text)
          .toString('base64')
          .replace(/(.{4})/g, '$1\n');
        expect(await read(file(put(encoded), { base64: true, trim: false }))).toBe(text);
        expect(await read(file(put(encoded.replaceAll('=', '')), { base64: true, trim: false }))).toBe(text);
      },
      20,
    );
    expect(await read(file(put('\uFEFF a \r\n')))).toBe('untrimmed-value: \uFEFF a \r\n');
    expect(await read(file(put(' a b \r\n'), { trim: true }))).toBe('a b');
    const empty = put('');
    expect(await read(file(empty))).toBe(`error: The file ${empty} exists, but is empty.`);
    expect(await read({ ...file(empty), allowEmpty: true })).toBe('');
    const blank = put(' \n');
    expect(await read(file(blank))).toBe('blank-value:  \n');
    expect(await read(file(blank, { trim: true }))).toBe(
      `error: The file ${blank} exists, but is empty once it is trimmed.`,
    );
    expect(await read({ ...file(blank, { trim: true }), allowEmpty: true })).toBe('');
  });

  it.each(['a', 'YQ=', 'Y=Q=', '=', 'YWJj=', 'a-b_', 'ä', 'YQ===', `${CANARY}!`])(
    'is not base64: %s',
    async (text) => {
      expect(await read(file(put(text), { base64: true }))).toContain('is not base64');
    },
  );

  it('says what is wrong, and none of what is in it', async () => {
    const latin = Buffer.concat([Buffer.from(CANARY), Buffer.from([0xff, 0xfe])]);
    expect(await read(file(put(latin)))).toContain('is not UTF-8 text');
    expect(await read(file(put(latin.toString('base64')), { base64: true }))).toContain('is not UTF-8 text');
    expect(await read(file('missing'))).toBe('error: The file missing does not exist.');
    expect(await read(file('.'))).toBe('error: The file . is a folder.');
    expect(await read(file(`${put(CANARY)}/x`))).toContain('cannot be read (ENOTDIR)');
    expect(await read(file('a\0b'))).toContain('cannot be read (ERR_INVALID_ARG_VALUE)');
    symlinkSync('circle', join(base, 'circle'));
    expect(await read(file('circle'))).toContain('cannot be read (ELOOP)');
  });

  it('that is too large is not read, though it hides its size or is base64', async () => {
    const size = 16 * 1024 * 1024;
    expect(await read(file(put(Buffer.alloc(size + 1, 'a'))))).toContain('is larger than 16 MB');
    expect(await read(file('/dev/zero'))).toContain('not a regular file');
    expect(await read(file(put(Buffer.alloc(size, 'YWFh')), { base64: true }))).toHaveLength((size / 4) * 3);
  });

  it('that may not be read says so', async (context) => {
    context.skip(process.getuid?.() === 0, 'root may read everything');
    const name = put(CANARY);
    chmodSync(join(base, name), 0);
    expect(await read(file(name))).toContain('may not be read by this user');
  });

  it('may be a pipe', async () => {
    const path = join(base, 'pipe');
    execFileSync('mkfifo', [path]);
    const [value] = await Promise.all([
      read(file('pipe')),
      Promise.resolve().then(() =>
        execFileSync('sh', ['-c', `printf %s ${CANARY} > "$0" &`, path], { stdio: 'ignore' }),
      ),
    ]);
    expect(value).toBe(CANARY);
  });
});

describe('the values of a run', () => {
  it('are read once for each distinct source', async () => {
    const reads = new Map<string, number>();
    const counting = new Proxy<Record<string, string>>(
      Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`V${index}`, `value ${index}`])),
      {
        get: (target, name: string) => {
          reads.set(name, (reads.get(name) ?? 0) + 1);
          return target[name];
        },
      },
    );
    const requests = Array.from({ length: 10_000 }, (_, index) => ({ source: env(`V${index % 100}`) }));
    const context = world(counting);
    reads.clear();
    const values = await resolveValues(requests, none, context);
    expect([...reads.values()]).toEqual(Array(100).fill(1));
    expect(values.get(env('V42'))?.reveal()).toBe('value 42');
  });

  it('come from thousands of files without running out of them', async () => {
    const folder = join(base, 'many');
    mkdirSync(folder);
    const sources = Array.from({ length: 1200 }, (_, index) => file(`many/${index}`));
    sources.forEach((_, index) => {
      writeFileSync(join(folder, String(index)), `value ${index}`);
    });
    const values = await resolveValues(
      sources.map((source) => ({ source })),
      none,
      world({}),
    );
    expect(values.diagnostics).toEqual([]);
    expect(values.get(sources[1199]!)?.reveal()).toBe('value 1199');
  });

  it('follow references to their end, and get nowhere in a circle', async () => {
    const of: Record<string, ValueSource> = {
      a: { from: 'secret', address: 'b' },
      b: { from: 'secret', address: 'c' },
      c: env('V'),
      x: { from: 'secret', address: 'y' },
      y: { from: 'secret', address: 'x' },
    };
    const at = async (address: string): Promise<[string | undefined, string[]]> => {
      const source: ValueSource = { from: 'secret', address };
      const values = await resolveValues([{ source }], (one) => of[one], world({ V: 'v' }));
      return [values.get(source)?.reveal(), values.diagnostics.map((diagnostic) => diagnostic.code)];
    };
    expect(await at('a')).toEqual(['v', []]);
    expect(await at('x')).toEqual([undefined, ['unknown-secret']]);
    expect(await at('nothing')).toEqual([undefined, ['unknown-secret']]);
  });

  it('that are missing are said at each place, in the order of the places, not where they are referred to', async () => {
    const range = (line: number) => ({ file: 'f', line, column: 1, endLine: line, endColumn: 2 });
    const values = await resolveValues(
      [
        { source: file('missing'), range: range(1), address: 'x' },
        { source: env('UNSET'), range: range(2) },
        { source: { from: 'secret', address: 's' }, range: range(3) },
        { source: env('UNSET'), range: range(4) },
        { source: env('UNSET'), range: range(4) },
      ],
      () => env('UNSET'),
      world({}),
    );
    expect(
      values.diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.range?.line, diagnostic.address]),
    ).toEqual([
      ['unreadable-file', 1, 'x'],
      ['unset-variable', 2, undefined],
      ['unset-variable', 4, undefined],
    ]);
  });
});

/** As 0.1.0 made them: under the key as it is, so that a key can be guessed quickly. */
function unstretched(key: string, domain: string, value: string): string {
  const text = `secrets-fingerprint-1\0${domain.length}\0${domain}\0${value}`;
  return `hmac-sha256:${createHmac('sha256', key).update(text).digest('base64url')}`;
}

describe('fingerprints', () => {
  it('are equal for equal domain and value under one key, and else differ', async () => {
    const make = await fingerprinter(new Sensitive('key'));
    const underAnother = await fingerprinter(new Sensitive('other'));
    const text = fc.oneof(fc.string(), fc.constantFrom('', '\0', 'a\0b', 'a', 'b', '1\0a'));
    holds(
      fc.tuple(text, text, text, text),
      ([domain, value, otherDomain, otherValue]) => {
        const one = make(domain, new Sensitive(value));
        expect(one).toMatch(/^scrypt-hmac-sha256:[\w-]{43}$/);
        const isSame = domain === otherDomain && value === otherValue;
        expect(make(otherDomain, new Sensitive(otherValue)) === one).toBe(isSame);
        expect(underAnother(domain, new Sensitive(value))).not.toBe(one);
        const old = make(domain, new Sensitive(value), 'hmac-sha256:any');
        expect(old).toBe(unstretched('key', domain, value));
        expect(make(domain, new Sensitive(value), one)).toBe(one);
      },
      500,
    );
  });

  const print = async (variables: Record<string, string>, keyFile?: string): Promise<string | undefined> => {
    const key = await findKey(runScope({ env: variables }), keyFile);
    return (await key?.open())?.('d', new Sensitive('v'));
  };
  const problem = async (promise: Promise<unknown>): Promise<string> => {
    const error: unknown = await promise.then(none, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DiagnosticError);
    return (error as DiagnosticError).message;
  };

  it('have one key, though eight make it at once', async () => {
    const keyFile = join(base, 'keys', 'deep', 'prod.key');
    await Promise.all(Array.from({ length: 8 }, () => makeKeyFile(keyFile)));
    expect(readdirSync(join(base, 'keys', 'deep'))).toEqual(['prod.key']);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const before = readFileSync(keyFile, 'utf8');
    expect(Buffer.from(before, 'base64')).toHaveLength(32);
    await makeKeyFile(keyFile);
    expect(readFileSync(keyFile, 'utf8')).toBe(before);
    expect(await print({}, keyFile)).toBe(await print({ SECRETS_KEY: '' }, keyFile));
    expect(await print({ SECRETS_KEY: before.trim() })).toBe(await print({}, keyFile));
    expect(await print({ SECRETS_KEY: 'another key, long enough' }, keyFile)).not.toBe(
      await print({}, keyFile),
    );
  });

  it('are none without a key', async () => {
    expect(await print({})).toBeUndefined();
    expect(await print({}, join(base, 'no.key'))).toBeUndefined();
  });

  it('are refused under a key that is short, damaged or unreadable, none of it shown', async () => {
    expect(await problem(print({ SECRETS_KEY: 'canary-short' }))).toBe(
      'SECRETS_KEY is shorter than 16 characters.',
    );
    expect(await problem(print({}, join(base, put('canary'))))).toContain('does not hold a key');
    expect(await problem(print({}, base))).toContain('cannot be read');
    expect(await problem(makeKeyFile(join(base, put(''), 'x.key')))).toContain('cannot be written (');
  });

  it('warn of a key file that others may read', async () => {
    const keyFile = join(base, put('a key that is long enough\n'));
    chmodSync(keyFile, 0o644);
    expect((await findKey(runScope({ env: {} }), keyFile))?.diagnostics).toMatchObject([
      { code: 'key-file-mode', severity: 'warning' },
    ]);
    chmodSync(keyFile, 0o600);
    expect((await findKey(runScope({ env: {} }), keyFile))?.diagnostics).toEqual([]);
  });
});
