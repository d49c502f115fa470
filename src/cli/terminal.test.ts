import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askApproval, askingObstacle } from './approval.js';
import type { Output } from './io.js';
import { openTerminal } from './terminal.js';
import type { Terminal } from './terminal.js';

interface Streams {
  readonly terminal: Terminal;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** A stream that keeps what is written to it. */
function output(isTTY: boolean, columns = 40): Output & { readonly text: () => string } {
  let written = '';
  return {
    isTTY,
    columns,
    write: (text) => {
      written += text;
    },
    text: () => written,
  };
}

function open(
  isLive: boolean,
  env: Readonly<Record<string, string>> = {},
  noColor = false,
  columns = 40,
): Streams {
  const [stdout, stderr] = [output(isLive), output(isLive, columns)];
  const stdin = Object.assign(Readable.from([]), { isTTY: isLive });
  const terminal = openTerminal({ stdin, stdout, stderr, env: { TERM: 'xterm', ...env } }, { noColor });
  return { terminal, stdout: stdout.text, stderr: stderr.text };
}

function work({ terminal }: Streams): void {
  terminal.progress('reading helios');
  terminal.progress('reading helios');
  terminal.progress('reading warehouse');
  terminal.out('the result\n');
  terminal.err(`${terminal.errStyle.red('a warning')}\n`);
  terminal.out(`${terminal.outStyle.bold('the end')}\n`);
  terminal.endProgress();
}

describe('without a terminal (CI, a pipe, a file)', () => {
  it('progress is a line each time it changes, on stderr; the result alone is on stdout', () => {
    const streams = open(false);
    work(streams);
    expect(streams.stdout()).toBe('the result\nthe end\n');
    expect(streams.stderr()).toBe('reading helios\nreading warehouse\na warning\n');
  });

  it('repeats what goes on, after something else was written', () => {
    const { terminal, stderr } = open(false);
    terminal.progress('reading');
    terminal.err('a warning\n');
    terminal.progress('reading');
    expect(stderr()).toBe('reading\na warning\nreading\n');
  });

  it('nobody can be asked', () => {
    expect(askingObstacle(open(false).terminal, {}, false)).toBe('there is no terminal to ask on');
  });

  it('writes nothing once it is closed', () => {
    const { terminal, stdout, stderr } = open(false);
    terminal.close();
    terminal.out('late');
    terminal.err('late');
    terminal.progress('late');
    expect(stdout() + stderr()).toBe('');
  });
});

describe('on a terminal', () => {
  it('progress is one line that is overwritten, and is removed before anything else is written', () => {
    const streams = open(true, { NO_COLOR: '1' });
    work(streams);
    expect(streams.stdout()).toBe('the result\nthe end\n');
    expect(streams.stderr()).toBe(
      '\r\u001b[2Kreading helios…\r\u001b[2Kreading warehouse…\r\u001b[2Ka warning\n',
    );
  });

  it('progress never takes more than the line, so that it can be removed', () => {
    const { terminal, stderr } = open(true, { NO_COLOR: '1' });
    terminal.progress('x'.repeat(100));
    const shown = stderr().replace('\r\u001b[2K', '');
    expect(shown).toMatch(/^x+…$/);
    expect(shown.length).toBeLessThan(40);
  });

  it('progress assumes 80 columns where a terminal says 0', () => {
    const { terminal, stderr } = open(true, { NO_COLOR: '1' }, false, 0);
    terminal.progress('x'.repeat(100));
    expect(stderr()).toBe(`\r\u001b[2K${'x'.repeat(78)}…`);
  });

  it('a terminal without any abilities gets lines, and no colours', () => {
    const streams = open(true, { TERM: 'dumb' });
    work(streams);
    expect(`${streams.stdout()}${streams.stderr()}`).not.toContain('\u001b');
    expect(streams.stderr()).toBe('reading helios\nreading warehouse\na warning\n');
  });

  it('has colours', () => {
    const streams = open(true);
    work(streams);
    expect(streams.stdout()).toContain('\u001b[1mthe end');
    expect(streams.stderr()).toContain('\u001b[31ma warning');
  });

  it.each([
    ['NO_COLOR', { NO_COLOR: '1' }, false],
    ['--no-color', {}, true],
  ])('%s turns the colours off', (_name, env, noColor) => {
    const streams = open(true, env, noColor);
    work(streams);
    expect(streams.stdout()).not.toContain('\u001b');
    expect(streams.stderr().replaceAll('\r\u001b[2K', '')).not.toContain('\u001b');
  });

  it('a person can be asked', () => {
    expect(askingObstacle(open(true).terminal, {}, false)).toBeUndefined();
  });
});

describe('askingObstacle', () => {
  const noTerminal = 'there is no terminal to ask on';
  const isCi = 'CI is set, so nobody is asked';
  it.each([
    [undefined, true, false, undefined],
    ['true', true, false, isCi],
    ['1', true, false, isCi],
    ['false', true, false, undefined],
    ['', true, false, undefined],
    [undefined, true, true, '--no-input forbids to ask'],
    [undefined, false, false, noTerminal],
    ['true', false, false, noTerminal],
  ])('CI %j, a terminal %s, --no-input %s: %s', (ci, isInteractive, noInput, expected) => {
    expect(askingObstacle({ isInteractive }, { CI: ci }, noInput)).toBe(expected);
  });
});

describe('askApproval', () => {
  const never = new AbortController().signal;
  const ignore = (): void => undefined;

  it('takes Ctrl-C for a no, without waiting for a line', async () => {
    const stop = new AbortController();
    const asked = askApproval(
      new PassThrough(),
      () => {
        stop.abort();
      },
      stop.signal,
    );
    expect(await asked).toBe(false);
  });

  it('takes the end of the input for a no, and says what it wants', async () => {
    let question = '';
    const asked = askApproval(
      Readable.from([]),
      (text) => {
        question += text;
      },
      never,
    );
    expect(await asked).toBe(false);
    expect(question).toContain("Only 'yes' will be accepted to approve.");
  });

  it.each([
    ['yes\n', true],
    ['y\n', false],
    ['no\nyes\n', false],
  ])('%j: %s', async (input, expected) => {
    expect(await askApproval(Readable.from([input]), ignore, never)).toBe(expected);
  });
});
