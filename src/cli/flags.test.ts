import * as Args from '@oclif/core/args';
import { parse as parseFlags } from '@oclif/core/parser';
import { describe, expect, it } from 'vitest';
import { deleteFlags, fileFlag, lockFlags, runOptions, scopeFlags } from './flags.js';

/** What the flags of a command line say to the engine. */
async function parse(...argv: readonly string[]): Promise<ReturnType<typeof runOptions>> {
  const { flags } = await parseFlags([...argv], {
    flags: { ...fileFlag, ...scopeFlags, ...deleteFlags, ...lockFlags },
    strict: true,
  });
  return runOptions(flags as Parameters<typeof runOptions>[0]);
}

describe('the flags', () => {
  it('say nothing out of the ordinary where none is given', async () => {
    expect(await parse()).toEqual({
      files: [],
      targets: [],
      excludes: [],
      parallelism: 10,
      lock: true,
      lockTimeoutMs: 0,
    });
  });

  it('are handed on as they were given, again and again', async () => {
    const options = await parse(
      ...['-f', 'a.yaml', '--file', 'b/', '--target', 'secret.helios.A*', '--exclude', '*.warehouse.*'],
      ...['--parallelism', '256', '--no-lock', '--lock-timeout', '5m', '--timeout', '10m'],
    );
    expect(options).toEqual({
      files: ['a.yaml', 'b/'],
      targets: ['secret.helios.A*'],
      excludes: ['*.warehouse.*'],
      parallelism: 256,
      lock: false,
      lockTimeoutMs: 300_000,
      timeoutMs: 600_000,
    });
  });

  it.each([
    ['0s', 0],
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['007s', 7000],
  ])('take --lock-timeout %s', async (text, expected) => {
    expect((await parse('--lock-timeout', text)).lockTimeoutMs).toBe(expected);
  });

  it('leave the word after a repeatable flag to the arguments', async () => {
    const { flags, args } = await parseFlags(['-f', 'a.yaml', 'ARGUMENT'], {
      flags: fileFlag,
      args: { plan: Args.string() },
    });
    expect(flags.file).toEqual(['a.yaml']);
    expect(args.plan).toBe('ARGUMENT');
  });

  it.each(['5', '', 'soon', 's', '1 s', '1s ', '1S', '1sm', '1s\n', '1d', '-5s', '1.5m', ' 5s'])(
    'refuse %j as a time to wait',
    async (text) => {
      await expect(parse('--lock-timeout', text)).rejects.toThrow(/takes a duration such as 30s or 5m/);
    },
  );

  it.each(['0', '257', '-1', 'many', '1.5', ''])('refuse %j as a number of requests', async (text) => {
    await expect(parse('--parallelism', text)).rejects.toThrow(/integer/);
  });

  it.each([
    ['0', { count: 0 }],
    ['5', { count: 5 }],
    ['50%', { percent: 50 }],
    ['100%', { percent: 100 }],
  ])('take --max-deletes %s', async (text, expected) => {
    expect((await parse('--max-deletes', text)).maxDeletes).toEqual(expected);
  });

  it.each(['', '-1', '101%', '1.5', 'all', '5 %'])('refuse --max-deletes %j', async (text) => {
    await expect(parse('--max-deletes', text)).rejects.toThrow(/takes a number such as 5, or a percentage/);
  });

  it('refuse a flag that is none', async () => {
    await expect(parse('--lock-timout', '5s')).rejects.toThrow(/Nonexistent flag/);
  });
});

describe('runOptions', () => {
  it('takes the lock, without waiting, for commands that have no flags of the lock', () => {
    const options = runOptions({ file: ['x'], target: ['t'], exclude: ['e'], parallelism: 3 });
    expect(options).toEqual({
      files: ['x'],
      targets: ['t'],
      excludes: ['e'],
      parallelism: 3,
      lock: true,
      lockTimeoutMs: 0,
    });
  });
});
