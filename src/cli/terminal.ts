import { styleText } from 'node:util';
import { PLAIN, printable, withoutCommands } from '../report/index.js';
import type { Style } from '../report/index.js';
import type { Environment } from '../model/index.js';
import type { Io, Output } from './io.js';

/** The one writer to the terminal: results go to stdout, everything else to stderr. No text is a command of a CI system there. */
export interface Terminal {
  /** Writes a part of the result. */
  readonly out: (text: string) => void;
  /** Writes a value exactly as it is to stdout. */
  readonly exact: (text: string) => void;
  /** Writes what accompanies the result. */
  readonly err: (text: string) => void;
  /** Shows what is being done: one line that is overwritten on a terminal, a line of its own elsewhere. */
  readonly progress: (message: string) => void;
  /** Removes the progress line. */
  readonly endProgress: () => void;
  /** Writes nothing more. */
  readonly close: () => void;
  /** Whether stdout is a terminal. */
  readonly isOutTerminal: boolean;
  /** Whether there is a person to ask. */
  readonly isInteractive: boolean;
  /** The style of stdout. */
  readonly outStyle: Style;
  /** The style of stderr. */
  readonly errStyle: Style;
}

/** Left to itself, `styleText` asks the stdout of the process whether to use colours. */
const styled =
  (format: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan') =>
  (text: string): string =>
    styleText(format, text, { validateStream: false });

const COLOURS: Style = {
  bold: styled('bold'),
  dim: styled('dim'),
  red: styled('red'),
  green: styled('green'),
  yellow: styled('yellow'),
  cyan: styled('cyan'),
};

/** Colours for a terminal, unless `NO_COLOR`, `TERM=dumb` or `--no-color` forbids them. */
function styleFor(stream: Output, env: Environment, noColor: boolean): Style {
  const isOff = noColor || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return stream.isTTY === true && !isOff ? COLOURS : PLAIN;
}

/** The width that is assumed where a terminal does not tell. */
const COLUMNS = 80;

/**
 * Opens the terminal of a run.
 * @param options.noColor whether `--no-color` was given
 */
export function openTerminal(
  { stdin, stdout, stderr, env }: Pick<Io, 'stdin' | 'stdout' | 'stderr' | 'env'>,
  options: { readonly noColor: boolean },
): Terminal {
  const isLive = stderr.isTTY === true && env['TERM'] !== 'dumb';
  let isClosed = false;
  let shown = '';
  const clear = (): void => {
    if (isLive && shown !== '') stderr.write('\r\u001b[2K');
    shown = '';
  };
  const write = (stream: Output, text: string): void => {
    if (isClosed || text === '') return;
    clear();
    stream.write(text);
  };
  return {
    out: (text) => {
      write(stdout, withoutCommands(text));
    },
    exact: (text) => {
      write(stdout, text);
    },
    err: (text) => {
      write(stderr, withoutCommands(text));
    },
    progress: (text) => {
      const message = withoutCommands(printable(text));
      if (isClosed || message === shown) return;
      const width = Math.max(10, (stderr.columns || COLUMNS) - 2);
      stderr.write(isLive ? `\r\u001b[2K${message.slice(0, width)}…` : `${message}\n`);
      shown = message;
    },
    endProgress: clear,
    close: () => {
      clear();
      isClosed = true;
    },
    isOutTerminal: stdout.isTTY === true,
    isInteractive: stdin.isTTY === true && stderr.isTTY === true,
    outStyle: styleFor(stdout, env, options.noColor),
    errStyle: styleFor(stderr, env, options.noColor),
  };
}
