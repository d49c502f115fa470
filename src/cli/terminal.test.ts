import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { canAsk } from './approval.js';
import { openTerminal } from './terminal.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Environment variables that would decide over colours. */
const { NO_COLOR, FORCE_COLOR, NODE_DISABLE_COLORS, CI, ...PLAIN_ENV } = process.env;

interface Wrote {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs some lines in a process of their own, where `terminal` is its terminal; its streams are pipes, as in CI. */
function run(lines: string, env: NodeJS.ProcessEnv = {}, before = '', noColor = false): Wrote {
  const script = `
    ${before}
    const { openTerminal } = await import('./src/cli/terminal.ts');
    const { askApproval, canAsk } = await import('./src/cli/approval.ts');
    const terminal = openTerminal({ noColor: ${noColor} });
    ${lines}`;
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    cwd: root,
    env: { ...PLAIN_ENV, TERM: 'xterm', ...env },
    encoding: 'utf8',
    input: '',
  });
  const { stdout, stderr, status } = child;
  return { stdout, stderr, status };
}

/** Makes the streams of the process look like a terminal of 40 columns. */
const LIVE = `
  for (const stream of [process.stdin, process.stdout, process.stderr]) {
    Object.defineProperty(stream, 'isTTY', { value: true });
    Object.defineProperty(stream, 'columns', { value: 40 });
  }`;

const WORK = `
  terminal.progress('reading helios');
  terminal.progress('reading helios');
  terminal.progress('reading warehouse');
  terminal.out('the result\\n');
  terminal.err(terminal.errStyle.red('a warning') + '\\n');
  terminal.out(terminal.outStyle.bold('the end') + '\\n');
  terminal.endProgress();`;

describe('where nobody looks on (CI, a pipe, a file)', () => {
  it('progress is a line each time it changes, on stderr; the result alone is on stdout', () => {
    expect(run(WORK)).toEqual({
      stdout: 'the result\nthe end\n',
      stderr: 'reading helios\nreading warehouse\na warning\n',
      status: 0,
    });
  });

  it('says again what goes on, after something else was said', () => {
    const { stderr } = run(`
      terminal.progress('reading');
      terminal.err('a warning\\n');
      terminal.progress('reading');`);
    expect(stderr).toBe('reading\na warning\nreading\n');
  });

  it('nobody can be asked', () => {
    const { stdout } = run(`terminal.out(canAsk(terminal, false) ? 'yes' : 'no');`);
    expect(stdout).toBe('no');
  });

  it('a reader that closes early is no failure', () => {
    const { status, stderr } = run(`
      process.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      terminal.err('goes on\\n');`);
    expect(stderr).toBe('goes on\n');
    expect(status).toBe(0);
  });

  it('any other failure to write is one', () => {
    const { status } = run(`
      process.stdout.emit('error', Object.assign(new Error('no space'), { code: 'ENOSPC' }));`);
    expect(status).not.toBe(0);
  });
});

describe('on a terminal', () => {
  it('progress is one line that is written over, and is taken away before anything else is said', () => {
    const { stdout, stderr } = run(WORK, { NO_COLOR: '1' }, LIVE);
    expect(stdout).toBe('the result\nthe end\n');
    expect(stderr).toBe('\r\u001b[2Kreading helios…\r\u001b[2Kreading warehouse…\r\u001b[2Ka warning\n');
  });

  it('progress never takes more than the line, so that it can be taken away', () => {
    const { stderr } = run(`terminal.progress('x'.repeat(100));`, { NO_COLOR: '1' }, LIVE);
    const shown = stderr.replace('\r\u001b[2K', '');
    expect(shown).toMatch(/^x+…$/);
    expect(shown.length).toBeLessThan(40);
  });

  it('a terminal that can do nothing gets lines, and no colours', () => {
    const { stdout, stderr } = run(WORK, { TERM: 'dumb' }, LIVE);
    expect(`${stdout}${stderr}`).not.toContain('\u001b');
    expect(stderr).toBe('reading helios\nreading warehouse\na warning\n');
  });

  it.each([
    ['NO_COLOR', { NO_COLOR: '1' }, false],
    ['--no-color', {}, true],
  ])('%s turns the colours off', (_name, env, noColor) => {
    const { stdout, stderr } = run(WORK, env, LIVE, noColor);
    expect(stdout).not.toContain('\u001b');
    expect(stderr.replaceAll('\r\u001b[2K', '')).not.toContain('\u001b');
  });

  it('somebody can be asked', () => {
    const { stdout } = run(`terminal.out(canAsk(terminal, false) ? 'yes' : 'no');`, {}, LIVE);
    expect(stdout).toBe('yes');
  });
});

describe('canAsk', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each([
    [undefined, true, false, true],
    ['true', true, false, false],
    ['1', true, false, false],
    ['false', true, false, true],
    ['', true, false, true],
    [undefined, true, true, false],
    [undefined, false, false, false],
  ])('CI %j, a terminal %s, --no-input %s: %s', (ci, isInteractive, noInput, expected) => {
    vi.stubEnv('CI', ci);
    expect(canAsk({ ...openTerminal({ noColor: true }), isInteractive }, noInput)).toBe(expected);
  });
});

describe('askApproval', () => {
  it('takes Ctrl-C for a no, without waiting for a line', () => {
    const { stdout } = run(`
      const stop = new AbortController();
      terminal.out(String(await askApproval(() => { stop.abort(); }, stop.signal)));`);
    expect(stdout).toBe('false');
  });

  it('takes the end of the input for a no', () => {
    const { stdout, stderr } = run(
      `terminal.out(String(await askApproval(terminal.err, new AbortController().signal)));`,
    );
    expect(stdout).toBe('false');
    expect(stderr).toContain("Only 'yes' will be accepted to approve.");
  });

  it.each([
    ['yes\n', true],
    ['y\n', false],
    ['no\nyes\n', false],
  ])('%j: %s', (input, expected) => {
    const script = `
      const { askApproval } = await import('./src/cli/approval.ts');
      process.stdout.write(String(await askApproval(() => undefined, new AbortController().signal)));`;
    const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      cwd: root,
      env: PLAIN_ENV,
      encoding: 'utf8',
      input,
    });
    expect(child.stdout).toBe(String(expected));
  });
});
