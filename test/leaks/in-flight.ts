import { expect } from 'vitest';
import type { Finished } from '../support/command.js';
import { watchProcesses } from './processes.js';
import type { Seen } from './processes.js';
import type { World } from './world.js';

/** Runs the command, and looks at all its processes meanwhile. */
async function watched(
  world: World,
  ...args: readonly string[]
): Promise<readonly [Finished, readonly Seen[]]> {
  const running = world.start(...args);
  const watch = watchProcesses(running.child.pid ?? 0);
  const finished = await running.finished;
  const seen = await watch.end();
  // The command line of a process is for all to see, whoever's it is.
  for (const { cmdline } of seen) expect(world.search.find(cmdline), `the arguments ${cmdline}`).toEqual([]);
  expect(seen.length).toBeGreaterThan(0);
  return [finished, seen];
}

/** Programs that others started for us: what they were given is what our own process was, and nothing that it has read. */
function expectInherited(
  world: World,
  seen: readonly Seen[],
  program: string,
  added: readonly string[],
): void {
  const children = seen.filter(({ cmdline }) => cmdline.startsWith(program));
  expect(children.length, `${program} was seen`).toBeGreaterThan(0);
  for (const { environ } of children) {
    const ours = new Set(Object.entries(world.project.env).map(([name, value]) => `${name}=${value}`));
    const others = environ.filter((one) => one !== '' && !ours.has(one));
    expect(
      others
        .map((one) => one.split('=')[0])
        .filter((name) => name !== 'PWD' && name !== '_' && name !== 'SHLVL'),
    ).toEqual(added);
    // What opens every value and every fingerprint is for nobody.
    expect(environ.filter((one) => /^SECRETS_(KEY|AGE_KEY)=/.test(one))).toEqual([]);
  }
}

/** While the command is at work, and while it runs somebody else's program, nobody sees a value that is not theirs. */
export async function processesOf(world: World): Promise<void> {
  const { project, helios, of } = world;
  const slow = world.configuration.replace(
    'exec: [cat, inputs/exec]',
    'exec: [sh, -c, "sleep 0.4; cat inputs/exec"]',
  );
  expect(slow).not.toBe(world.configuration);
  await project.write('secrets.yaml', slow);
  helios.control.addFault({ kind: 'slow', delayMs: 300, method: 'POST' });
  const [applied, atWork] = await watched(world, 'apply', '--auto-approve');
  expect(applied.code, applied.stderr).toBe(0);
  await world.look('apply', applied);
  // Its PATH is without the folders of packages, where there are any.
  const isCleaned = (project.env['PATH'] ?? '').includes('node_modules');
  expectInherited(world, atWork, 'sh\0', isCleaned ? ['PATH'] : []);

  const args = [
    'run',
    '--env',
    'GIVEN=secret.helios.V_FILE',
    '--',
    'sh',
    '-c',
    'sleep 0.4; printf %s "$GIVEN"; exit 7',
  ];
  const [ran, together] = await watched(world, ...args);
  expect(ran.code, ran.stderr).toBe(7);
  // What the child prints is its own affair; it is how we know that it had the value.
  expect(ran.stdout === of('V_FILE')).toBe(true);
  await world.look('run', { ...ran, stdout: '' });
  expectInherited(world, together, 'sh\0', ['GIVEN']);
  const given = together.filter(({ environ }) => environ.includes(`GIVEN=${of('V_FILE')}`));
  expect(given.map(({ cmdline }) => cmdline.split('\0')[0])).not.toContain('node');
  expect(given.length).toBeGreaterThan(0);
}
