import { execFile } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { engineOf } from '../support/engine.js';
import type { Engine } from '../support/engine.js';
import { makeProject } from '../support/project.js';
import { embeddedBinaries, systemBinaries } from '../support/postgres/binaries.js';
import { query } from '../support/postgres/index.js';
import { asRole, onRealPostgres } from './harness.js';

const CONFIGURATION = `version: 1
stack: roles
providers:
  wh: { type: postgres, url: { env: URL }, fdw_usage: [roles_keeper] }
duckdb_servers:
  lake:
    type: S3
    owner: roles_keeper
    options: { region: us-east-1, use_ssl: true }
    usage: [roles_reader]
    user_mappings:
      roles_keeper: { key_id: { env: ID }, secret: { env: KEY } }
      roles_reader: { key_id: { env: ID }, secret: { env: KEY } }
      PUBLIC: { key_id: { env: ID } }
  plain: { type: http, options: { http_proxy: "proxy:3128" } }
`;

/** A project whose database can be changed between runs, and the engine over it. */
async function project(
  url: string,
  text = CONFIGURATION,
): Promise<Engine & { readonly env: Record<string, string> }> {
  const made = await makeProject({ 'secrets.yaml': text }, { URL: url, ID: 'AKIA-one', KEY: 'key-one' });
  onTestFinished(made.remove);
  return { ...engineOf(made), env: made.env };
}

onRealPostgres('three roles', { 'duckdb.postgres_role': 'roles_ducks' }, (server) => {
  const database = async (): Promise<string> => {
    const url = await server().createDatabase();
    await query(
      url,
      `DO $$ BEGIN CREATE ROLE roles_ducks; CREATE ROLE roles_keeper LOGIN IN ROLE roles_ducks; CREATE ROLE roles_reader LOGIN; CREATE ROLE roles_owner_only LOGIN;
       EXCEPTION WHEN duplicate_object THEN NULL; END $$;
       GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO roles_keeper`,
    );
    return url;
  };

  it('a superuser sees all: plan after apply is empty, and nothing has drifted', async () => {
    const site = await project(await database());
    await site.applied();
    await site.settled();
    site.env['KEY'] = 'key-two';
    await site.applied();
    await site.settled();
  });

  it('an administrator who is none does all, and says what it cannot verify', async () => {
    const site = await project(asRole(await database(), 'roles_keeper'));
    await site.applied();
    await site.settled();
    const planned = await site.plan();
    expect(planned.plan?.unverified).toContainEqual({
      address: 'user_mapping.wh.lake/roles_reader',
      cause: 'hidden',
      path: 'options',
      reason: 'the role roles_keeper may not read them',
      outcome: 'left',
    });
    site.env['KEY'] = 'key-two';
    const changed = await site.plan();
    expect(changed.plan?.changes.map((change) => `${change.action} ${change.address}`)).toEqual([
      'update user_mapping.wh.lake/roles_keeper',
      'update user_mapping.wh.lake/roles_reader',
    ]);
    await site.applied();
    await site.settled();
  });

  it('an owner without rights compares what it can, and is told what it cannot do', async () => {
    const url = await database();
    const site = await project(url);
    await site.applied();
    await query(url, 'REVOKE roles_ducks FROM roles_keeper');
    onTestFinished(() => query(url, 'GRANT roles_ducks TO roles_keeper').then(() => undefined));
    site.env['URL'] = asRole(url, 'roles_keeper');
    await site.settled();
    site.env['KEY'] = 'key-two';
    const failed = await site.apply();
    expect(failed.status).toBe('error');
    expect(JSON.stringify([failed.outcomes, failed.diagnostics])).toContain('postgres_role');
    expect(JSON.stringify(failed)).not.toContain('key-two');
    site.env['KEY'] = 'key-one';
    await site.settled();
    // Who owns none of it sees less, and still no change that is not there.
    site.env['URL'] = asRole(url, 'roles_owner_only');
    const planned = await site.plan();
    expect(planned.plan?.changes).toEqual([]);
    expect(planned.diagnostics.map((diagnostic) => diagnostic.code)).toContain('not-owner');
  });

  it('a dump that is restored elsewhere is the same but for its identity', async (context) => {
    const { version, port } = server();
    const binaries =
      version === 18
        ? await embeddedBinaries(await scratch(), process.getuid?.() === 0)
        : await systemBinaries(version);
    const folder = typeof binaries === 'string' ? '' : dirname(binaries.postgres);
    const has = await access(join(folder, 'pg_dump')).then(
      () => true,
      () => false,
    );
    context.skip(!has, `no pg_dump beside PostgreSQL ${version}`);
    const url = await database();
    const site = await project(url);
    await site.applied();
    const copy = await server().createDatabase();
    const { stdout } = await promisify(execFile)(
      join(folder, 'pg_dump'),
      [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'postgres',
        '-N',
        'duckdb',
        '-N',
        'duckdb_standin',
        new URL(url).pathname.slice(1),
      ],
      { maxBuffer: 1e8 },
    );
    // The wrapper comes with the extension, which the copy has already; what hangs on it is restored.
    const statements = stdout
      .replace(/^\\.*$/gm, '')
      .split(/;\n/)
      .filter(
        (one) => /SERVER|USER MAPPING/.test(one) && !/FOREIGN DATA WRAPPER duckdb (HANDLER|OWNER)/.test(one),
      );
    expect(statements.length).toBeGreaterThanOrEqual(6);
    await query(
      copy,
      `${statements.join(';\n')};\nGRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO roles_keeper`,
    );
    site.env['URL'] = copy;
    const refused = await site.plan();
    expect(refused.status).toBe('error');
    expect(refused.diagnostics).toContainEqual(expect.objectContaining({ code: 'another-system' }));
    const fresh = await project(
      copy,
      CONFIGURATION.replace(/type: (S3|http)/g, 'lifecycle: { adopt: true }, type: $1').replace(
        'lifecycle: { adopt: true }, type: S3',
        'lifecycle: { adopt: true }\n    type: S3',
      ),
    );
    const planned = await fresh.plan();
    expect(planned.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
    // Taken over as it is: nothing of it differs.
    expect(new Set(planned.plan?.changes.map((change) => change.action))).toEqual(new Set(['import']));
    expect(planned.plan?.changes.length).toBeGreaterThanOrEqual(5);
    await fresh.applied();
    await fresh.settled();
  });

  async function scratch(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'secrets-binaries-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }
});
