import * as Flags from '@oclif/core/flags';
import { defined, parseDuration } from '../model/index.js';
import { formats } from '../report/index.js';
import type { RunOptions } from '../engine/index.js';

/** A flag that may be repeated; each takes one word, so that an argument may follow. */
export const repeatable = {
  multiple: true,
  multipleNonGreedy: true,
  default: (): Promise<string[]> => Promise.resolve([]),
  // The default is nothing to show in the help.
  noCacheDefault: true,
} as const;

/** `-f`: the configuration. */
export const fileFlag = {
  file: Flags.string({
    char: 'f',
    ...repeatable,
    summary: 'Configuration file, folder or glob. Repeatable. Default: secrets.yaml in the current folder.',
    helpValue: '<path>',
  }),
};

/** Flags of every command. */
export const commonFlags = {
  'log-file': Flags.string({
    summary: 'Append a debug log of this run to a file. SECRETS_LOG=debug writes it to stderr.',
    helpValue: '<file>',
  }),
};

/** How values may be read. */
export const valueFlags = {
  'allow-exec': Flags.boolean({
    summary:
      'Allow the configuration to run programs for values (`exec`). SECRETS_ALLOW_EXEC=1 does the same.',
  }),
};

/** Flags of commands that print a value or another program's output as it is. */
export const colorFlags = {
  'no-color': Flags.boolean({ summary: 'No colours, even on a terminal. NO_COLOR=1 does the same.' }),
};

/** How results are written. The choice itself is read before the other flags: see `format-choice.ts`. */
export const outputFlags = {
  format: Flags.string({
    summary: `Output format: ${formats.map(({ name }) => name).join(' or ')}. Default: ${formats[0].name}.`,
    helpValue: '<name>',
  }),
  json: Flags.boolean({ summary: 'Short for --format json.' }),
  ...colorFlags,
};

/** Which resources a run is about, and how hard it may work. */
export const scopeFlags = {
  target: Flags.string({
    ...repeatable,
    summary: 'Only this address and what it depends on. `*` matches any characters. Repeatable.',
    helpValue: '<address>',
  }),
  exclude: Flags.string({
    ...repeatable,
    summary: 'Leave out this address and what depends on it. `*` matches any characters. Repeatable.',
    helpValue: '<address>',
  }),
  parallelism: Flags.integer({
    default: 10,
    min: 1,
    max: 256,
    summary: 'How many requests may run at once.',
    helpValue: '<n>',
  }),
  timeout: Flags.custom<number>({
    summary: 'How long one request may wait where an API asks to (Retry-After): 30s, 5m. Default: 2m.',
    helpValue: '<duration>',
    parse: (input) => Promise.resolve(milliseconds('--timeout', input)),
  })(),
};

/** Which generated values are replaced, and which changed ones are kept. */
export const rotateFlags = {
  rotate: Flags.string({
    ...repeatable,
    summary: 'Generate a new value for this address. Repeatable.',
    helpValue: '<address>',
  }),
  accept: Flags.string({
    ...repeatable,
    summary: 'Keep the value of this address that was generated here and changed elsewhere. Repeatable.',
    helpValue: '<address>',
  }),
};

/** What a database may write into its log. */
export const serverLogFlags = {
  'allow-server-log': Flags.boolean({
    summary: 'Write values to a database even if its settings log statements with their values.',
  }),
};

/** How many resources of a kind may be destroyed. */
type MaxDeletes = NonNullable<RunOptions['maxDeletes']>;

/** How much may be destroyed. */
export const deleteFlags = {
  'max-deletes': Flags.custom<MaxDeletes>({
    summary:
      'How many resources of a kind may be destroyed: a number or a percentage. Default: 2, or 30%; never all of a kind.',
    helpValue: '<limit>',
    parse: (input) => Promise.resolve(maxDeletes(input)),
  })(),
};

const LIMIT = /^(?:\d{1,9}|\d{1,2}%|100%)$/;

function maxDeletes(text: string): MaxDeletes {
  if (!LIMIT.test(text)) {
    throw new Error(`--max-deletes takes a number such as 5, or a percentage such as 50%, not ${text}`);
  }
  return text.endsWith('%') ? { percent: Number(text.slice(0, -1)) } : { count: Number(text) };
}

/** The state's lock. */
export const lockFlags = {
  lock: Flags.boolean({
    default: true,
    allowNo: true,
    summary: 'Lock the state. Without the lock, two runs at once may overwrite each other.',
  }),
  'lock-timeout': Flags.custom<number>({
    default: 0,
    summary: 'How long to wait for a lock that another run holds: 30s, 5m. Default: 0s.',
    helpValue: '<duration>',
    parse: (input) => Promise.resolve(milliseconds('--lock-timeout', input)),
  })(),
};

function milliseconds(flag: string, text: string): number {
  const duration = parseDuration(text, ['ms', 's', 'm', 'h']);
  if (duration === undefined) throw new Error(`${flag} takes a duration such as 30s or 5m, not ${text}`);
  return duration;
}

/** How a saved plan is opened. */
export const savedPlanFlags = {
  'allow-unsealed': Flags.boolean({
    summary: 'Accept a saved plan that has no seal: anyone who could write the file may have changed it.',
  }),
};

/** Approval. */
export const approvalFlags = {
  'auto-approve': Flags.boolean({ summary: 'Do not ask for approval.' }),
  'no-input': Flags.boolean({ summary: 'Never ask for anything. CI=true does the same.' }),
};

/** The flags of a command that writes the state only, as the engine takes them. */
export function stateOptions(flags: {
  readonly file: readonly string[];
  readonly lock: boolean;
  readonly 'lock-timeout': number;
}): Pick<RunOptions, 'files' | 'lock' | 'lockTimeoutMs'> {
  return { files: flags.file, lock: flags.lock, lockTimeoutMs: flags['lock-timeout'] };
}

/** The flags, as the engine takes them. */
export function runOptions(flags: {
  readonly file: readonly string[];
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  readonly parallelism: number;
  readonly timeout?: number | undefined;
  readonly lock?: boolean;
  readonly 'lock-timeout'?: number;
  readonly 'max-deletes'?: MaxDeletes | undefined;
  readonly 'allow-server-log'?: boolean;
  readonly rotate?: readonly string[];
  readonly accept?: readonly string[];
  readonly 'allow-unsealed'?: boolean;
}): RunOptions {
  const { rotate = [], accept = [] } = flags;
  return {
    files: flags.file,
    targets: flags.target,
    excludes: flags.exclude,
    parallelism: flags.parallelism,
    lock: flags.lock ?? true,
    lockTimeoutMs: flags['lock-timeout'] ?? 0,
    ...defined({
      allowServerLog: flags['allow-server-log'] === true ? true : undefined,
      allowUnsealed: flags['allow-unsealed'] === true ? true : undefined,
      rotates: rotate.length === 0 ? undefined : rotate,
      accepts: accept.length === 0 ? undefined : accept,
      maxDeletes: flags['max-deletes'],
      timeoutMs: flags.timeout,
    }),
  };
}
