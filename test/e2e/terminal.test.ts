import { execFileSync, spawnSync } from 'node:child_process';
import { beforeEach, expect, it } from 'vitest';
import { leaksIn, secretsOf } from '../support/canaries.js';
import { COMMAND, start } from '../support/command.js';
import type { Finished, Running } from '../support/command.js';
import { needs } from '../support/services.js';
import { expectSettled, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';

/** Gives a program a terminal of its own. */
const TERMINAL = 'script';

/** Whether util-linux's `script` is here, which gives a program a terminal of its own. */
function hasTerminals(): boolean {
  try {
    return execFileSync(TERMINAL, ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

const canRun = hasTerminals();

/** Runs `secrets` on a terminal: both streams and the keyboard are one. */
function onTerminal(site: Site, ...args: readonly string[]): Running {
  const env = { ...site.env, TERM: 'xterm-256color', SHELL: '/bin/sh' };
  const command = [COMMAND, ...args].map((one) => `'${one}'`).join(' ');
  return start(TERMINAL, ['-qefc', `exec ${command}`, '/dev/null'], { cwd: site.folder, env }, 'open');
}

/** Waits for the question, answers it, and checks what was shown. */
async function answered(site: Site, running: Running, answer: string): Promise<Finished> {
  await running.printed(/Enter a value: /);
  running.child.stdin?.write(answer);
  const finished = await running.finished;
  expect(leaksIn(finished.stdout, secretsOf(site.env))).toEqual([]);
  expect(finished.stdout).not.toMatch(/^ {4}at /m);
  return finished;
}

const COLOUR = /\u001b\[\d+m/;

onPostgres('on a terminal', (server) => {
  beforeEach((context) => {
    needs(context, 'a terminal', canRun ? undefined : "util-linux's `script` is missing");
  });

  it.each([
    ['no', 'no\n'],
    ['y: only `yes` counts', 'y\n'],
    ['an empty line', '\n'],
    ['the end of the input (Ctrl-D)', '\u0004'],
  ])('%s: declines, exits with 1, and changes nothing', async (_, answer) => {
    const site = await openSite(server());
    const before = await site.everything();
    const { code, stdout } = await answered(site, onTerminal(site, 'apply'), answer);
    expect(stdout).toContain("Only 'yes' will be accepted to approve.");
    expect(stdout).toContain('Apply cancelled');
    expect(code).toBe(1);
    expect(await site.everything()).toEqual(before);
  });

  it('Ctrl-C at the question: declines, changes nothing, and leaves no lock', async () => {
    const site = await openSite(server());
    const before = await site.everything();
    const { code, stdout } = await answered(site, onTerminal(site, 'apply'), '\u0003');
    expect(stdout).toContain('Apply cancelled');
    expect(code).toBe(1);
    expect(await site.everything()).toEqual(before);
    await site.applied();
  });

  it('yes: applies, in colour', async () => {
    const site = await openSite(server());
    const { code, stdout } = await answered(site, onTerminal(site, 'apply'), 'yes\n');
    expect(stdout).toContain('Apply complete!');
    expect(stdout).toMatch(COLOUR);
    expect(code).toBe(0);
    await expectSettled(site);
  });

  it.each([
    ['--no-color', ['--no-color'], {}],
    ['NO_COLOR', [], { NO_COLOR: '1' }],
  ])('%s: no colour', async (_, args, env) => {
    const site = await openSite(server(), { env });
    const running = onTerminal(site, 'plan', ...args);
    const { code, stdout } = await running.finished;
    expect(code).toBe(0);
    expect(stdout).toContain('Plan: ');
    expect(stdout).not.toMatch(COLOUR);
  });

  it.each([
    ['--no-input', ['--no-input'], {}, '--no-input forbids to ask'],
    ['CI', [], { CI: 'true' }, 'CI is set, so nobody is asked'],
  ])('%s: is not asked, and is told why, and about --auto-approve', async (_, args, env, why) => {
    const site = await openSite(server(), { env });
    const { code, stdout } = await onTerminal(site, 'apply', ...args).finished;
    expect(stdout).toContain('--auto-approve');
    expect(stdout).toContain(`requires approval, and ${why}.`);
    expect(stdout).not.toContain('no terminal');
    expect(stdout).not.toContain('Enter a value');
    expect(code).toBe(1);
    expect(site.secrets()).toEqual({});
  });
});

it('DEBUG has no library write the command line to stderr', () => {
  const env = { ...process.env, DEBUG: '*', NODE_ENV: 'development', OCLIF_COLUMNS: '40' };
  const { stdout, stderr } = spawnSync(COMMAND, ['plan', '--token=hf_Zq81Zq82Zq83'], {
    env,
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^Error: Unknown flag: --token=\(sensitive value\)\n {2}Next: /);
  expect(stderr).not.toMatch(/oclif|hf_Zq81Zq82Zq83/);
});
