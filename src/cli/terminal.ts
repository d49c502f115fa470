import { styleText } from 'node:util';
import { PLAIN, printable } from '../report/index.js';
import type { Style } from '../report/index.js';
import { Sensitive, watchSensitive } from '../model/index.js';
import { openMasker } from './mask.js';

/** The one writer to the terminal: results go to stdout, everything else to stderr. */
export interface Terminal {
  /** Writes a part of the result. */
  readonly out: (text: string) => void;
  /** Writes a value that was asked for, exactly as it is: the one thing that is not masked. */
  readonly raw: (text: string) => void;
  /** Writes what is said beside it. */
  readonly err: (text: string) => void;
  /** Says what is being done: one line that is written over on a terminal, a line of its own elsewhere. */
  readonly progress: (message: string) => void;
  /** Takes the progress line away. */
  readonly endProgress: () => void;
  /** Whether stdout is a terminal. */
  readonly isOutTerminal: boolean;
  /** Whether somebody sits there who can be asked. */
  readonly isInteractive: boolean;
  /** How to dress what goes to stdout. */
  readonly outStyle: Style;
  /** How to dress what goes to stderr. */
  readonly errStyle: Style;
}

/** Which stream is a terminal is decided below, per stream; left to itself, `styleText` looks at stdout alone. */
const dress =
  (format: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan') =>
  (text: string): string =>
    styleText(format, text, { validateStream: false });

const COLOURS: Style = {
  bold: dress('bold'),
  dim: dress('dim'),
  red: dress('red'),
  green: dress('green'),
  yellow: dress('yellow'),
  cyan: dress('cyan'),
};

/** Whether a stream is a terminal; what is none has no such property, whatever its type says. */
function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true;
}

/** Whether a stream wants colours: a terminal, unless `NO_COLOR` or `--no-color` says otherwise. */
function styleFor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, noColor: boolean): Style {
  const isOff = noColor || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return isTerminal(stream) && !isOff ? COLOURS : PLAIN;
}

/** What this process must never write: every value from the moment that it is read. */
const masker = openMasker();
watchSensitive((value) => {
  masker.add(value);
});

/** Never write this text, wherever it comes from. */
export function protect(text: string | undefined): void {
  // To be wrapped is to be known.
  if (text !== undefined && text !== '') new Sensitive(text);
}

/** A text with every value of this run masked, for what is written elsewhere than on the terminal. */
export function masked(text: string): string {
  return masker.mask(text);
}

/**
 * Opens the terminal of this process. Everything that it writes is masked.
 * @param options.noColor `--no-color` was given
 */
export function openTerminal(options: { readonly noColor: boolean }): Terminal {
  const { stdout, stderr, env } = process;
  // `secrets plan | head` closes our stdout early; that is no failure of ours.
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  const isLive = isTerminal(stderr) && env['TERM'] !== 'dumb';
  let shown = '';
  const clear = (): void => {
    if (isLive && shown !== '') stderr.write('\r\u001b[2K');
    shown = '';
  };
  return {
    out: (text) => {
      clear();
      stdout.write(masked(text));
    },
    raw: (text) => {
      clear();
      stdout.write(text);
    },
    err: (text) => {
      clear();
      stderr.write(masked(text));
    },
    progress: (text) => {
      const message = masked(printable(text));
      if (message === shown) return;
      if (!isLive) stderr.write(`${message}\n`);
      else stderr.write(`\r\u001b[2K${message.slice(0, Math.max(10, (stderr.columns || 80) - 2))}…`);
      shown = message;
    },
    endProgress: clear,
    isOutTerminal: isTerminal(stdout),
    isInteractive: isTerminal(process.stdin) && isTerminal(stderr),
    outStyle: styleFor(stdout, env, options.noColor),
    errStyle: styleFor(stderr, env, options.noColor),
  };
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
