import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { EndSource } from '../../src/model/index.js';
import { readStandardInput, resolveValues } from '../../src/values/index.js';
import { temporaryFolder } from '../core/folder.js';
import { outcome, read, world } from './read.js';

const base = realpathSync(temporaryFolder());
const CANARY = 'canary-value-77aa';
const none = (): undefined => undefined;
const here = world(base);

describe('a variable of a file', () => {
  const dotenv = (name: string, path = '.env'): EndSource => ({ from: 'dotenv', path, base, name });
  writeFileSync(
    join(base, '.env'),
    `# a comment\nPLAIN=value # and more\nQUOTED="two\nlines"\nSINGLE='a # b'\nexport OUT=out\nEMPTY=\nOTHER=${CANARY}\nJSON='{"a":{"b":1.50}}'\n`,
  );

  it('is what the package dotenv reads', async () => {
    expect(await outcome(dotenv('PLAIN'), here)).toBe('value');
    expect(await outcome(dotenv('QUOTED'), here)).toBe('two\nlines');
    expect(await outcome(dotenv('SINGLE'), here)).toBe('a # b');
    expect(await outcome(dotenv('OUT'), here)).toBe('out');
    expect(await outcome({ ...dotenv('JSON'), key: 'a.b' }, here)).toBe('1.50');
  });

  it('is an error where it is not set, and where it is empty', async () => {
    expect(await outcome(dotenv('NOPE'), here, [CANARY])).toBe(
      'unset-variable: The file .env has no variable NOPE. → Add it there, or name another one.',
    );
    expect(await outcome(dotenv('constructor'), here)).toContain('has no variable constructor');
    expect(await outcome(dotenv('EMPTY'), here, [CANARY])).toContain(
      'empty-value: The variable EMPTY of the file .env exists, but is empty.',
    );
    expect(await outcome({ ...dotenv('EMPTY'), allowEmpty: true }, here)).toBe('');
  });

  it('is refused where the file is ambiguous, with the place', async () => {
    writeFileSync(join(base, 'open.env'), `A=1\nB="${CANARY}\nC=2\n`);
    expect(await outcome(dotenv('A', 'open.env'), here, [CANARY])).toContain(
      'bad-dotenv: open.env:2:3: This quote is not closed. →',
    );
  });

  it('is said to be in a file that is not there, or is no text', async () => {
    expect(await outcome(dotenv('A', 'nope.env'), here)).toContain('The file nope.env does not exist.');
    writeFileSync(join(base, 'latin.env'), Buffer.from(`A=${CANARY}\xff`, 'latin1'));
    expect(await outcome(dotenv('A', 'latin.env'), here, [CANARY])).toBe(
      'not-utf8: The file latin.env is not UTF-8 text. → Save it as UTF-8.',
    );
  });
});

describe('standard input', () => {
  const stdin: EndSource = { from: 'stdin' };

  it('is read to its end, once for all places', async () => {
    let reads = 0;
    const context = world(base, {
      readStdin: () => {
        reads += 1;
        return readStandardInput(Readable.from([Buffer.from('{"a":'), '"b"}']));
      },
    });
    const sources: EndSource[] = [stdin, { ...stdin, key: 'a' }];
    const values = await resolveValues(
      [...sources, ...sources].map((source) => ({ source })),
      none,
      context,
    );
    expect(sources.map((source) => values.get(source)?.reveal())).toEqual(['{"a":"b"}', 'b']);
    expect(reads).toBe(1);
  });

  it('is no terminal, and not endless', async () => {
    const from = (stream: Parameters<typeof readStandardInput>[0]): Promise<string> =>
      outcome(stdin, world(base, { readStdin: () => readStandardInput(stream) }), [CANARY]);
    expect(await from(Object.assign(Readable.from([CANARY]), { isTTY: true }))).toBe(
      'no-stdin: Standard input is a terminal, and a value is to be read from it. → Pipe the value in: pass show NAME | secrets plan',
    );
    expect(await from(Readable.from(Array(17).fill(Buffer.alloc(1 << 20))))).toContain(
      'More than 16 MB came in on standard input.',
    );
  });

  it('that breaks shows nothing of the words of the error', async () => {
    const broken = Object.assign(new Error(`it broke at ${CANARY}`), { code: 'EIO' });
    const context = world(base, { readStdin: () => Promise.reject(broken) });
    expect(await outcome(stdin, context, [CANARY])).toBe(
      'unreadable-source: Standard input could not be read (EIO). → Check that it can be read here.',
    );
  });
});

describe('a file outside the repository', () => {
  const repository = join(base, 'repository');
  const inner = join(repository, 'config', 'prod');
  mkdirSync(inner, { recursive: true });
  mkdirSync(join(repository, '.git'));
  writeFileSync(join(base, 'outside.txt'), 'outside');
  writeFileSync(join(repository, 'inside.txt'), 'inside');
  writeFileSync(join(repository, '..inside.txt'), 'inside too');
  symlinkSync(join(base, 'outside.txt'), join(inner, 'link'));
  symlinkSync(repository, join(base, 'linked'));
  const codes = async (path: string, cwd = inner, from = inner): Promise<unknown> => {
    const source: EndSource = { from: 'file', path, base: from };
    const { value, said } = await read(source, world(cwd));
    return [value, ...said.map(({ severity, code, summary }) => `${severity} ${code} ${summary}`)];
  };
  const warning = (path: string): string =>
    `warning file-outside The file ${path} is outside this repository.`;

  it('is read, and said aloud by the path as it is written', async () => {
    expect(await codes('../../../outside.txt')).toEqual(['outside', warning('../../../outside.txt')]);
    expect(await codes('link')).toEqual(['outside', warning('link')]);
    expect(await codes(join(base, 'outside.txt'))).toEqual(['outside', warning(join(base, 'outside.txt'))]);
  });

  it('is not one inside of it, whatever the way there', async () => {
    expect(await codes('../../inside.txt')).toEqual(['inside']);
    expect(await codes('../../..inside.txt')).toEqual(['inside too']);
    expect(await codes('inside.txt', inner, join(base, 'linked'))).toEqual(['inside']);
    expect(await codes('inside.txt', join(base, 'linked'), repository)).toEqual(['inside']);
  });

  it('is one outside the current folder, where there is no repository', async () => {
    expect(await codes('outside.txt', base, base)).toEqual(['outside']);
    mkdirSync(join(base, 'alone'));
    expect(await codes('../outside.txt', join(base, 'alone'), join(base, 'alone'))).toEqual([
      'outside',
      warning('../outside.txt'),
    ]);
  });
});

describe('10,000 places', () => {
  it('that take from 100 sources make 100 reads', async () => {
    const folder = join(base, 'hundred');
    mkdirSync(folder);
    const text = JSON.stringify(
      Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, `value ${index}`])),
    );
    writeFileSync(join(folder, 'values.json'), text);
    const sources = Array.from({ length: 10_000 }, (_, index): EndSource => ({
      from: 'exec',
      command: ['sh', '-c', 'echo "$0" >> runs; cat values.json', String(index % 100)],
      base: folder,
      key: `k${Math.floor(index / 100)}`,
      ...(index % 2 === 0 ? { trim: true } : {}),
    }));
    const values = await resolveValues(
      sources.map((source) => ({ source })),
      none,
      world(base, { allowExec: true, env: { PATH: process.env['PATH'] } }),
    );
    expect(values.diagnostics).toEqual([]);
    expect(sources.map((source) => values.get(source)?.reveal())).toEqual(
      sources.map((_, index) => `value ${Math.floor(index / 100)}`),
    );
    const runs = readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n');
    expect(runs.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });
});

describe('a run that is stopped', () => {
  it('waits no longer for the other end of a pipe, and lets go of it', async (context) => {
    context.skip(process.platform !== 'linux', 'which files a process has open is read from /proc');
    const path = join(base, 'waiting');
    execFileSync('mkfifo', [path]);
    const isOpen = async (): Promise<boolean> => {
      const open = await readdir('/proc/self/fd');
      const paths = open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
      return (await Promise.all(paths)).includes(path);
    };
    const until = async (wanted: boolean): Promise<void> => {
      while ((await isOpen()) !== wanted) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const stop = new AbortController();
    const reading = outcome({ from: 'file', path: 'waiting', base }, world(base, { signal: stop.signal }));
    await until(true);
    stop.abort();
    expect(await reading).toBe('interrupted: The file waiting was not read: the run was stopped.');
    await until(false);
  });

  it('reads nothing more, and says what it has not read', async () => {
    const signal = AbortSignal.abort();
    writeFileSync(join(base, 'some.txt'), 'some');
    expect(await outcome({ from: 'file', path: 'some.txt', base }, world(base, { signal }))).toBe(
      'interrupted: The file some.txt was not read: the run was stopped.',
    );
  });
});
