import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EndSource } from '../../src/model/index.js';
import { resolveValues } from '../../src/values/index.js';
import { temporaryFolder } from '../core/folder.js';
import { outcome, world } from './read.js';

const base = temporaryFolder();
const CANARY = 'canary-value-3e07';
const PATH = '/usr/bin:/bin';
const allowed = world(base, { allowExec: true, env: { PATH } });
const node = (script: string, more: { timeoutMs?: number; args?: readonly string[] } = {}): EndSource => {
  const { args = [], ...rest } = more;
  return { from: 'exec', command: [process.execPath, '-e', script, ...args], base, ...rest };
};
const NODE = process.execPath;
/** Waits until a process is gone. */
async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    // A killed process whose parent has not asked for it yet is dead all the same.
    if (/^State:\s+Z/m.test(readStatus(pid))) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`process ${pid} still runs`);
}
function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

describe('a program', () => {
  it('gives every byte that it prints', async () => {
    expect(await outcome(node('process.stdout.write(" a\\nb\\n")'), allowed)).toBe(' a\nb\n');
    expect(
      await outcome({ ...node('console.log(JSON.stringify({ a: "x " }))'), key: 'a', trim: true }, allowed),
    ).toBe('x');
  });

  it('gets its arguments as they are, and no shell reads them', async () => {
    const args = ['$HOME; echo `id` | cat', '', '* "quoted" \'too\'', '\n'];
    const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
    expect(JSON.parse(await outcome(node(script, { args }), allowed))).toEqual(args);
  });

  it('runs in the folder of the configuration, with the environment but our keys, and no input', async () => {
    const script =
      'let n = 0; process.stdin.on("data", () => n++).on("end", () => process.stdout.write(JSON.stringify([process.cwd(), process.env, n])))';
    const env = { PATH, HOME: '/home/x', SECRETS_KEY: CANARY, SECRETS_AGE_KEY: CANARY };
    const found = JSON.parse(await outcome(node(script), { ...allowed, env, cwd: '/' })) as unknown[];
    expect(found).toEqual([base, { PATH, HOME: '/home/x' }, 0]);
  });

  it('does not run without leave', async () => {
    const marker = join(base, 'it-ran');
    const source = node(`require("fs").writeFileSync(${JSON.stringify(marker)}, "")`, { args: [CANARY] });
    expect(await outcome(source, world(base, { env: { PATH } }), [CANARY])).toBe(
      `exec-not-allowed: This value is the output of \`${NODE}\`, and programs may not be run. → If you trust this configuration, run the command with --allow-exec, or set SECRETS_ALLOW_EXEC=1.`,
    );
    expect(existsSync(marker)).toBe(false);
  });

  it('that fails says how, and nothing of what it said', async () => {
    const by = 'Run it by hand in the folder of the configuration file to see its error.';
    const script = `console.log("${CANARY}"); console.error("${CANARY}"); process.exit(7)`;
    expect(await outcome(node(script, { args: [CANARY] }), allowed, [CANARY])).toBe(
      `exec-failed: \`${NODE}\` failed with exit code 7. → ${by}`,
    );
    expect(
      await outcome(node('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 1e4)'), allowed),
    ).toBe(`exec-failed: \`${NODE}\` was killed (SIGTERM). → ${by}`);
    const other = (program: string): EndSource => ({ from: 'exec', command: [program, CANARY], base });
    expect(await outcome(other('no-such-program-here'), allowed, [CANARY])).toContain(
      'exec-failed: Program not found: `no-such-program-here`.',
    );
    writeFileSync(join(base, 'plain.txt'), '');
    expect(await outcome(other('./plain.txt'), allowed, [CANARY])).toContain(
      'exec-failed: `./plain.txt` cannot be started (EACCES).',
    );
  });

  it('that never stops printing is killed', async () => {
    const script = 'const b = Buffer.alloc(1 << 20); const go = () => process.stdout.write(b, go); go()';
    expect(await outcome(node(script), allowed)).toContain('prints more than 16 MB');
  });

  it('that takes too long is killed with all that it started', async () => {
    const pids = join(base, 'pids');
    const child = 'setInterval(() => {}, 1000)';
    const script = `
      const child = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}]);
      require("fs").writeFileSync(${JSON.stringify(pids)}, process.pid + " " + child.pid);
      setInterval(() => {}, 1000);`;
    expect(await outcome(node(script, { timeoutMs: 3000 }), allowed)).toBe(
      `source-timeout: The output of \`${NODE}\` did not arrive within 3 seconds. → Run the program by hand, or give it longer: timeout: 2m`,
    );
    for (const pid of readFileSync(pids, 'utf8').split(' ')) await gone(Number(pid));
  });

  it('is killed when the run is stopped', async () => {
    const pidFile = join(base, 'pid');
    const stop = new AbortController();
    const script = `require("fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const running = outcome(node(script), { ...allowed, signal: stop.signal });
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    stop.abort();
    expect(await running).toBe(`interrupted: The output of \`${NODE}\` was not read: the run was stopped.`);
    await gone(Number(readFileSync(pidFile, 'utf8')));
  });

  it('runs once for all that is taken out of it', async () => {
    const runs = join(base, 'runs');
    const script = `require("fs").appendFileSync(${JSON.stringify(runs)}, "x"); console.log('{"a":"1","b":"2"}')`;
    const sources = ['a', 'b'].map((key): EndSource => ({ ...node(script), key }));
    const values = await resolveValues(
      sources.map((source) => ({ source })),
      () => undefined,
      allowed,
    );
    expect(sources.map((source) => values.get(source)?.reveal())).toEqual(['1', '2']);
    expect(readFileSync(runs, 'utf8')).toBe('x');
  });
});
