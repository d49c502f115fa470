import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import { makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';
import { onPostgres, openSite, tokenOf } from '../support/site.js';

const helios = (name: string, key = 'SINGLESTOREDB_MANAGEMENT_TOKEN'): string =>
  `  ${name}: { type: singlestore, api_key: { env: ${key} } }\n`;
const file = (providers: string, rest: string): string =>
  `version: 1\nstack: one\nproviders:\n${providers}${rest}`;
const SECRET = 'value: { env: A }, owners: [user:ana@example.com], readers: [team:Interns]';

/** A Helios organization with two keys of one user, and a project with a secret in it. */
async function organization(secret: string): Promise<{
  readonly project: Project;
  readonly ids: () => readonly string[];
}> {
  const sandbox = await startHelios();
  const token = tokenOf(sandbox, 'ci-bot');
  const project = await makeProject(
    { 'secrets.yaml': file(helios('helios'), `secrets:\n  A: { ${secret} }\n`) },
    {
      SINGLESTOREDB_MANAGEMENT_BASE_URL: sandbox.url,
      SINGLESTOREDB_MANAGEMENT_TOKEN: token,
      OTHER_NAME: token,
      A: 'value-aaaa-1',
    },
  );
  onTestFinished(async () => {
    await Promise.all([sandbox.close(), project.remove()]);
  });
  expect((await project.run('apply', '--auto-approve')).code).toBe(0);
  const ids = (): readonly string[] =>
    sandbox.control
      .dump()
      .secrets.filter(({ removal }) => removal === undefined)
      .map(({ secretID }) => secretID);
  return { project, ids };
}

describe('two providers that lead to one organization', () => {
  it.each([
    ['', SECRET],
    [', protect: true', 'value: { generate: 32 }, owners: [user:ana@example.com]'],
  ])('never import and destroy one secret (adopt: true%s)', async (protect, secret) => {
    const { project, ids } = await organization(secret);
    const before = ids();
    const providers = helios('helios') + helios('prod', 'OTHER_NAME');
    const adopting = file(
      providers,
      `secrets:\n  A: { provider: prod, ${secret}, lifecycle: { adopt: true${protect} } }\n`,
    );
    await project.write('secrets.yaml', adopting);
    const plan = await project.run('plan');
    expect(plan.code).toBe(1);
    expect(plan.stderr).toContain('secret.prod.A and secret.helios.A are the same object of');
    expect(plan.stderr).toContain('moved: [{ from: secret.helios.A, to: secret.prod.A }]');
    expect(plan.stderr.match(/are the same object/g)).toHaveLength(1);
    expect((await project.run('apply', '--auto-approve')).code).toBe(1);
    expect((await project.run('apply', '--auto-approve', '--exclude', 'secret.helios.*')).code).toBe(1);
    expect(ids()).toEqual(before);

    const imported = await project.run('import', 'secret.prod.A');
    expect(imported.code).toBe(1);
    expect(imported.stderr).toContain('are the same object');

    // What it says works, with the old provider in the file or without it.
    const moved = 'moved: [{ from: secret.helios.A, to: secret.prod.A }]\n';
    await project.write('secrets.yaml', adopting + moved);
    expect((await project.run('plan')).code).toBe(0);
    await project.write('secrets.yaml', adopting.replace(helios('helios'), '') + moved);
    const applied = await project.run('apply', '--auto-approve');
    expect(applied.stdout).toContain('0 added, 0 changed, 0 destroyed');
    expect(ids()).toEqual(before);
    expect((await project.run('state', 'list')).stdout).toMatch(/secret\.prod\.A\n/);
    expect((await project.run('state', 'list')).stdout).not.toContain('helios');
    expect((await project.run('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('say how to go on where the old one left the file', async () => {
    const { project } = await organization(SECRET);
    await project.write('secrets.yaml', file(helios('prod'), `secrets:\n  A: { ${SECRET} }\n`));
    const plan = await project.run('plan');
    expect(plan.code).toBe(1);
    expect(plan.stderr).toContain('where it was renamed, list each under `moved`');
  });

  it('cannot both have a secret of one name: known from the text alone, or from the system', async () => {
    const { project } = await organization(SECRET);
    const both = (key: string): string =>
      file(
        helios('helios') + helios('prod', key),
        `secrets:\n  A: { providers: [helios, prod], value: { env: A } }\n  B: { providers: [helios, prod], value: { env: A } }\n`,
      );
    await project.write('secrets.yaml', both('SINGLESTOREDB_MANAGEMENT_TOKEN'));
    const validated = await project.run('validate');
    expect(validated.code).toBe(1);
    expect(validated.stderr).toContain('secret.helios.A and secret.prod.A are the same object');
    expect(validated.stderr).toContain('secret.helios.B and secret.prod.B are the same object');
    await project.write('secrets.yaml', both('OTHER_NAME'));
    expect((await project.run('validate')).code).toBe(0);
    const plan = await project.run('plan');
    expect(plan.code).toBe(1);
    expect(plan.stderr).toContain('secret.helios.B and secret.prod.B are the same object');
  });

  it('let a secret be given from one to the other in the state, and take it to no other organization', async () => {
    const { project } = await organization(SECRET);
    const moved = await project.run('state', 'mv', 'secret.helios.A', 'secret.prod.A');
    expect(moved.code).toBe(0);
    const state = JSON.parse((await project.run('state', 'pull')).stdout) as {
      readonly systems: Readonly<Record<string, { readonly id: string }>>;
    };
    expect(state.systems['prod']).toEqual(state.systems['helios']);
  });
});

it('a directory has one address, whatever path leads to it', async () => {
  const project = await makeProject({}, {});
  onTestFinished(project.remove);
  await mkdir(join(project.folder, 'store'), { mode: 0o700 });
  await symlink(join(project.folder, 'store'), join(project.folder, 'alias'));
  const providers = `  a: { type: duckdb, secret_directory: ./store }\n  b: { type: duckdb, secret_directory: ./alias }\n`;
  const entry = (provider: string): string =>
    `duckdb_secrets:\n  s: { provider: ${provider}, type: http, options: { http_proxy: "proxy:3128" }, lifecycle: { adopt: true } }\n`;
  await project.write('secrets.yaml', file(providers, entry('a')));
  expect((await project.run('apply', '--auto-approve')).code).toBe(0);
  await project.write('secrets.yaml', file(providers, entry('b')));
  const plan = await project.run('plan');
  expect(plan.code).toBe(1);
  expect(plan.stderr).toContain('moved: [{ from: duckdb_secret.a.s, to: duckdb_secret.b.s }]');
  expect((await project.run('import', 'duckdb_secret.b.s')).stderr).toContain('are the same object');
  await project.write(
    'secrets.yaml',
    file(providers, entry('a').replace('provider: a', 'providers: [a, b]')),
  );
  expect((await project.run('validate')).stderr).toContain('are the same object');
});

onPostgres('two providers that lead to one database', (server) => {
  it('never have one server, or one list of the wrapper, between them', async () => {
    const site = await openSite(server(), {
      env: {},
      files: {
        'secrets.yaml': file(
          '  w: { type: postgres, url: { env: WAREHOUSE_URL } }\n',
          'duckdb_servers:\n  lake: { type: s3, options: { region: us-east-1 } }\n',
        ),
      },
    });
    site.env['SAME_URL'] = site.databaseUrl;
    await site.applied();
    const providers =
      '  w: { type: postgres, url: { env: WAREHOUSE_URL }, fdw_usage: [lake_admin] }\n  v: { type: postgres, url: { env: SAME_URL }, fdw_usage: [analyst] }\n';
    await site.write(
      'secrets.yaml',
      file(
        providers,
        'duckdb_servers:\n  lake: { provider: v, type: s3, options: { region: us-east-1 }, lifecycle: { adopt: true } }\n',
      ),
    );
    const plan = await site.run('plan');
    expect(plan.code).toBe(1);
    expect(plan.stderr).toContain('duckdb_server.v.lake and duckdb_server.w.lake are the same object');
    expect(plan.stderr).toContain('fdw_usage.w.* and fdw_usage.v.* are the same object');
    expect((await site.run('import', 'duckdb_server.v.lake')).stderr).toContain('are the same object');
    expect(await site.sql('SELECT srvname FROM pg_foreign_server')).toEqual([{ srvname: 'lake' }]);
  });
});

it('what an interrupted run was about to make in a provider that left the file is named', async () => {
  const { project } = await organization(SECRET);
  const text = (await project.run('state', 'pull')).stdout;
  const state = JSON.parse(text) as { serial: number; intents?: unknown };
  const intent = { address: 'secret.old.X', at: '2026-01-02T08:00:00.000Z', by: 'user:ci-bot@example.com' };
  await project.write('.secrets/one.state.json', JSON.stringify({ ...state, intents: [intent] }));
  for (const command of [['plan'], ['drift'], ['apply', '--auto-approve']]) {
    const { code, stderr } = await project.run(...command);
    expect(code, command.join(' ')).toBe(1);
    expect(stderr).toContain('secret.old.X was to be created by an earlier run');
  }
  const removed = file(helios('helios'), `secrets:\n  A: { ${SECRET} }\nremoved: [secret.old.X]\n`);
  await project.write('secrets.yaml', removed);
  expect((await project.run('apply', '--auto-approve')).code).toBe(0);
  expect((await project.run('state', 'pull')).stdout).not.toContain('secret.old.X');
  await project.write('secrets.yaml', removed.replace('removed: [secret.old.X]\n', ''));
  expect((await project.run('plan', '--detailed-exitcode')).code).toBe(0);
});
