import { Flags } from '@oclif/core';
import type { RunOptions } from '../engine/index.js';

/** Nothing given is an empty list, which the help need not show. */
export const NONE = { default: (): Promise<string[]> => Promise.resolve([]), noCacheDefault: true };

/** `-f`: where the configuration is. */
export const fileFlag = {
  file: Flags.string({
    char: 'f',
    multiple: true,
    ...NONE,
    summary: 'Configuration file, folder or glob; may be given again. Default: secrets.yaml here.',
    helpValue: '<path>',
  }),
};

/** What every command takes. */
export const commonFlags = {
  'log-file': Flags.string({
    summary:
      'Add what this run does to a file, for whoever looks for a fault (SECRETS_LOG=debug: to stderr).',
    helpValue: '<file>',
  }),
};

/** What a configuration may do to get at values. */
export const valueFlags = {
  'allow-exec': Flags.boolean({
    summary: 'Let the configuration run programs to get values (`exec`); SECRETS_ALLOW_EXEC=1 does the same.',
  }),
};

/** How results are written. */
export const outputFlags = {
  json: Flags.boolean({ summary: 'Write the result as JSON to stdout.' }),
  'no-color': Flags.boolean({ summary: 'No colours, even on a terminal (as NO_COLOR does).' }),
};

/** Which resources a run is about, and how hard it may work. */
export const scopeFlags = {
  target: Flags.string({
    multiple: true,
    ...NONE,
    summary: 'Only this address and what it depends on; `*` stands for any characters; may be given again.',
    helpValue: '<address>',
  }),
  exclude: Flags.string({
    multiple: true,
    ...NONE,
    summary: 'Not this address, nor what depends on it; `*` stands for any characters; may be given again.',
    helpValue: '<address>',
  }),
  parallelism: Flags.integer({
    default: 10,
    min: 1,
    max: 256,
    summary: 'At most so many requests at once.',
    helpValue: '<n>',
  }),
};

/** Which generated values are made anew. */
export const rotateFlags = {
  rotate: Flags.string({
    multiple: true,
    ...NONE,
    summary: 'Make a new value for this address, whose value is generated; may be given again.',
    helpValue: '<address>',
  }),
};

/** What a database may write into its log. */
export const serverLogFlags = {
  'allow-server-log': Flags.boolean({
    summary: 'Write values to a database even where its settings put them into its log.',
  }),
};

/** How much may be destroyed. */
export const deleteFlags = {
  'max-deletes': Flags.string({
    summary:
      'Allow so many deletions of a kind, where the usual limit (30 %, and at least 3) refuses the plan.',
    helpValue: '<limit>',
    parse: (input) =>
      LIMIT.test(input)
        ? Promise.resolve(input)
        : Promise.reject(
            new Error(`--max-deletes takes a number such as 5, or a share such as 50%, not ${input}`),
          ),
  }),
};

const LIMIT = /^(?:\d{1,9}|\d{1,2}%|100%)$/;

function maxDeletes(text: string): { readonly count: number } | { readonly percent: number } {
  return text.endsWith('%') ? { percent: Number(text.slice(0, -1)) } : { count: Number(text) };
}

/** The state's lock. */
export const lockFlags = {
  lock: Flags.boolean({
    default: true,
    allowNo: true,
    summary: 'Take the lock of the state. Without it, two runs at once may overwrite each other.',
  }),
  'lock-timeout': Flags.string({
    default: '0s',
    summary: 'How long to wait for somebody else who holds the lock: 30s, 5m.',
    helpValue: '<duration>',
    parse: (input) =>
      DURATION.test(input)
        ? Promise.resolve(input)
        : Promise.reject(new Error(`--lock-timeout takes a duration such as 30s or 5m, not ${input}`)),
  }),
};

const DURATION = /^(\d+)(ms|s|m|h)$/;

/** The milliseconds of a duration such as `30s`; 0 for text that is none. */
export function milliseconds(duration: string): number {
  const [, amount, unit] = DURATION.exec(duration) ?? [];
  const factors: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return Number(amount ?? 0) * (factors[unit ?? ''] ?? 0);
}

/** What the flags of a command that writes the state alone say, as the engine takes it. */
export function stateOptions(flags: {
  readonly file: readonly string[];
  readonly lock: boolean;
  readonly 'lock-timeout': string;
}): Pick<RunOptions, 'files' | 'lock' | 'lockTimeoutMs'> {
  return { files: flags.file, lock: flags.lock, lockTimeoutMs: milliseconds(flags['lock-timeout']) };
}

/** What the flags say, as the engine takes it. */
export function runOptions(flags: {
  readonly file: readonly string[];
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  readonly parallelism: number;
  readonly lock?: boolean;
  readonly 'lock-timeout'?: string;
  readonly 'max-deletes'?: string | undefined;
  readonly 'allow-server-log'?: boolean;
  readonly rotate?: readonly string[];
}): RunOptions {
  const limit = flags['max-deletes'];
  return {
    files: flags.file,
    targets: flags.target,
    excludes: flags.exclude,
    parallelism: flags.parallelism,
    lock: flags.lock ?? true,
    lockTimeoutMs: milliseconds(flags['lock-timeout'] ?? '0s'),
    ...(flags['allow-server-log'] === true ? { allowServerLog: true } : {}),
    ...(flags.rotate === undefined || flags.rotate.length === 0 ? {} : { rotates: flags.rotate }),
    ...(limit === undefined ? {} : { maxDeletes: maxDeletes(limit) }),
  };
}
