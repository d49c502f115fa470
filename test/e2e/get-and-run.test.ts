import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { COMMAND } from '../support/command.js';
import { canary } from '../support/site.js';
import { makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';

const CONFIGURATION = `version: 1
stack: e2e
providers:
  helios: { type: singlestore }
  warehouse: { type: postgres }
secrets:
  A: { value: { env: A_VALUE } }
duckdb_servers:
  lake:
    type: s3
    user_mappings: { analyst: { key_id: { env: B_VALUE }, secret: { secret: A } } }
`;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function project(): Promise<Project> {
  const made = await makeProject(
    { 'secrets.yaml': CONFIGURATION },
    { A_VALUE: `${canary('a')}\n"quoted" 'too' $HOME`, B_VALUE: canary('b'), SECRETS_KEY: canary('key') },
  );
  onTestFinished(() => made.remove());
  return made;
}

/** Runs the command without the checks that values stand nowhere: these two commands hand them over. */
async function secrets(
  site: Project,
  args: readonly string[],
  whenPrinted?: (pid: number) => void,
): Promise<Ended> {
  const child = spawn(COMMAND, args, { cwd: site.folder, env: site.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (whenPrinted !== undefined)
    child.stdout.once('data', () => {
      whenPrinted(child.pid ?? 0);
    });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, stdout, stderr };
}

it('get prints one value exactly as it is', async () => {
  const site = await project();
  for (const address of ['secret.helios.A', 'A', 'user_mapping.warehouse.lake/analyst#secret']) {
    expect(await secrets(site, ['get', address])).toEqual({
      code: 0,
      stdout: site.env['A_VALUE'],
      stderr: '',
    });
  }
  const several = await secrets(site, ['get', 'user_mapping.warehouse.lake/analyst']);
  expect(several.stderr).toContain('#key_id or user_mapping.warehouse.lake/analyst#secret');
  const none = await secrets(site, ['get', 'duckdb_server.warehouse.lake']);
  expect(none.stderr).toContain('has no field that takes a value');
  const unknown = await secrets(site, ['get', 'secret.helios.AA']);
  expect(unknown.stderr).toContain('Did you mean secret.helios.A?');
  for (const one of [several, none, unknown]) expect(one).toMatchObject({ code: 1, stdout: '' });
});

it('run gives values to one child, and takes over its exit code', async () => {
  const site = await project();
  const script = 'printf %s "$X"; test -z "$SECRETS_KEY" && exit 7';
  const args = ['run', '--env', 'X=secret.helios.A', '--', 'sh', '-c', script];
  expect(await secrets(site, args)).toEqual({ code: 7, stdout: site.env['A_VALUE'], stderr: '' });
});

it('run passes signals on, and says how the child ended', async () => {
  const site = await project();
  const script = "trap 'echo stopped; exit 3' TERM; echo ready; while :; do sleep 0.1; done";
  const args = ['run', '--env', 'X=A', '--', 'sh', '-c', script];
  const stopped = await secrets(site, args, (pid) => process.kill(pid, 'SIGTERM'));
  expect(stopped).toMatchObject({ code: 3, stdout: 'ready\nstopped\n' });
  const killed = await secrets(site, ['run', '--env', 'X=A', '--', 'sh', '-c', 'kill -9 $$']);
  expect(killed.code).toBe(137);
});

it('run starts nothing where something is missing', async () => {
  const site = await project();
  for (const [args, words] of [
    [['run', '--', 'true'], 'at least one variable'],
    [['run', '--env', 'X=A'], 'at least one variable'],
    [['run', '--env', 'X', '--', 'true'], 'at least one variable'],
    [['run', '--env', 'X=secret.helios.NO', '--', 'true'], 'has no secret.helios.NO'],
    [['run', '--env', 'X=A', '--', 'no-such-program'], 'Cannot start no-such-program (ENOENT)'],
  ] as const) {
    const { code, stdout, stderr } = await secrets(site, args);
    expect(stderr).toContain(words);
    expect(code).toBe(1);
    expect(stdout).toBe('');
  }
});
