import { expect, it } from 'vitest';
import { query } from '../support/postgres/index.js';
import { ASKED_FOR_PASSWORD } from '../support/postgres/shared.js';
import { CONFIGURATION, canary, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';
import { documentsIn } from '../support/project.js';

/** What somebody new does wrong, and what the message must say. */
interface Mistake {
  readonly title: string;
  readonly make?: (site: Site) => Promise<unknown>;
  /** `apply --auto-approve` unless it says otherwise. */
  readonly args?: readonly string[];
  /** What is wrong, in the one `Error:` line. */
  readonly says: RegExp;
  /** What to do about it. */
  readonly next: RegExp;
}

const rewrite =
  (from: string | RegExp, to: string) =>
  (site: Site): Promise<void> =>
    site.write('secrets.yaml', CONFIGURATION.replace(from, to));

const PLAIN = canary('plain');

/** The same database for another role, or another database. */
function urlWith(site: Site, change: (url: URL) => void): void {
  const url = new URL(site.databaseUrl);
  change(url);
  site.env['WAREHOUSE_URL'] = url.href;
}

const MISTAKES: readonly Mistake[] = [
  {
    title: 'a file that is not there',
    args: ['plan', '-f', 'nothing.yaml'],
    says: /nothing\.yaml/,
    next: /path after -f/,
  },
  {
    title: 'a file that is no configuration',
    make: (site) => site.write('notes.txt', 'milk\neggs\n'),
    args: ['plan', '-f', 'notes.txt'],
    says: /A configuration is a map/,
    next: /is the right file/,
  },
  {
    title: 'a misspelt key',
    make: rewrite('duckdb_servers:', 'duckdb_server:'),
    says: /duckdb_server\b/,
    next: /duckdb_servers/,
  },
  {
    title: 'a misspelt key deep inside',
    make: rewrite('    readers: [team:Machine Learning]', '    reeders: [team:Machine Learning]'),
    says: /reeders/,
    next: /readers/,
  },
  {
    title: 'a variable that is not set',
    make: (site) => {
      delete site.env['HF_TOKEN'];
      return Promise.resolve();
    },
    says: /HF_TOKEN/,
    next: /HF_TOKEN|[Ss]et/,
  },
  {
    title: 'a wrong token',
    make: (site) => {
      site.env['SINGLESTOREDB_MANAGEMENT_TOKEN'] = canary('wrong-token');
      return Promise.resolve();
    },
    says: /helios|key|token|401/i,
    next: /key|SINGLESTOREDB_MANAGEMENT_TOKEN/i,
  },
  {
    title: 'no such database',
    make: (site) => {
      urlWith(site, (url) => (url.pathname = '/nowhere'));
      return Promise.resolve();
    },
    says: /nowhere/,
    next: /"database".*url.*create it/,
  },
  {
    title: 'a URL that is no database',
    make: (site) => {
      site.env['WAREHOUSE_URL'] = `https://user:${PLAIN}@example.com/`;
      return Promise.resolve();
    },
    says: /url|postgres/i,
    next: /postgres/i,
  },
  {
    title: 'text that is no URL at all',
    make: (site) => {
      site.env['WAREHOUSE_URL'] = 'my warehouse';
      return Promise.resolve();
    },
    says: /url|URI|connection/i,
    next: /postgres/i,
  },
  {
    title: 'a database without the wrapper',
    make: (site) => {
      urlWith(site, (url) => (url.pathname = '/postgres'));
      return Promise.resolve();
    },
    says: /wrapper/,
    next: /CREATE EXTENSION/,
  },
  {
    title: 'a role without USAGE on the wrapper',
    make: (site) => {
      urlWith(site, (url) => (url.username = 'intruder'));
      return site.write('secrets.yaml', CONFIGURATION.replace(', fdw_usage: [lake_admin]', ''));
    },
    says: /intruder.*USAGE/,
    next: /GRANT USAGE ON FOREIGN DATA WRAPPER|superuser/,
  },
  {
    title: 'a role that does not exist',
    make: rewrite('usage: [analyst]', 'usage: [analist]'),
    says: /analist/,
    next: /analyst/,
  },
  {
    title: 'a user who is not in the organization',
    make: rewrite('user:ana@example.com', 'user:anna@example.com'),
    says: /anna@example\.com/,
    next: /ana@example\.com/,
  },
  {
    title: 'a team that is not there',
    make: rewrite('team:Machine Learning', 'team:Machine Lerning'),
    says: /Machine Lerning/,
    next: /Machine Learning/,
  },
  {
    title: 'a value as plain text',
    make: rewrite('value: { env: HF_TOKEN }', `value: ${PLAIN}`),
    says: /value/,
    next: /env/,
  },
  {
    title: 'a credential as plain text in a mapping',
    make: rewrite('secret: { secret: AWS_SECRET_KEY }', `secret: ${PLAIN}`),
    says: /secret/,
    next: /env|value source/,
  },
  {
    title: 'a credential in the options of a server',
    make: rewrite('region: us-east-1', 'secret: { env: AWS_SECRET_KEY }'),
    says: /secret/,
    next: /user_mappings|mapping/,
  },
  {
    title: 'a reference to a secret that is not there',
    make: rewrite('{ secret: AWS_SECRET_KEY }', '{ secret: AWS_SECRET_KAY }'),
    says: /AWS_SECRET_KAY/,
    next: /AWS_SECRET_KEY/,
  },
  {
    title: 'an unknown flag',
    args: ['plan', '--detailed-exit-code'],
    says: /--detailed-exit-code/,
    next: /secrets plan --help/,
  },
  { title: 'an unknown command', args: ['aply'], says: /aply/, next: /secrets --help|apply/ },
  { title: 'a flag without its value', args: ['plan', '-f'], says: /--file|-f/, next: /--help/ },
  {
    title: 'a wrong duration',
    args: ['apply', '--auto-approve', '--lock-timeout', 'soon'],
    says: /soon/,
    next: /--help|30s/,
  },
  {
    title: 'a target that is not there',
    args: ['plan', '--target', 'secret.helios.HF_TOKAN'],
    says: /HF_TOKAN/,
    next: /Addresses look like secret\.helios/,
  },
  {
    title: 'nobody to ask for approval',
    args: ['apply'],
    says: /approval/,
    next: /--auto-approve/,
  },
];

onPostgres('wrong input', (server) => {
  it.each(MISTAKES)('$title: one clear message, and nothing changed', async ({ make, args, says, next }) => {
    const site = await openSite(server());
    site.env['PLAIN_TEXT'] = PLAIN;
    await make?.(site);
    const before = await site.everything();
    const { code, stdout, stderr } = await site.run(...(args ?? ['apply', '--auto-approve']));
    const errors = stderr.split('\n').filter((line) => line.startsWith('Error: '));
    expect(errors, stderr).toHaveLength(1);
    expect(errors[0]).toMatch(says);
    const steps = stderr.split('\n').filter((line) => line.startsWith('  Next: '));
    expect(steps.join('\n'), stderr).toMatch(next);
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/undefined|\[object|NaN/);
    expect(stderr).not.toMatch(/undefined|\[object|NaN/);
    expect(await site.everything()).toEqual(before);
  });

  it("a role without the wrapper's role: the wrapper itself says so, and nothing changed in the database", async () => {
    const site = await openSite(server());
    urlWith(site, (url) => (url.username = 'intruder'));
    await site.sql('GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO intruder');
    await site.sql(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET duckdb.postgres_role = ''lake_admin''', current_database()); END $$`,
    );
    await site.write('secrets.yaml', CONFIGURATION.replace(', fdw_usage: [lake_admin]', ''));
    const { code, stderr } = await site.run('apply', '--auto-approve');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'DuckDB execution is not allowed because you have not been granted the duckdb.postgres_role (SQLSTATE XX000)',
    );
    expect(stderr).toMatch(/Next: .*GRANT the role/);
    expect(await site.sql('SELECT srvname FROM pg_foreign_server')).toEqual([]);
  });

  it('no configuration at all: says what to write', async () => {
    const site = await openSite(server(), { files: {} });
    const { code, stderr } = await site.run('plan');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Error: .*secrets\.yaml/);
    expect(stderr).toMatch(/Next: /);
  });

  it('a misspelt key: --json gives one document all the same', async () => {
    const site = await openSite(server());
    await site.write('secrets.yaml', CONFIGURATION.replace('duckdb_servers:', 'duckdb_server:'));
    for (const verb of ['validate', 'plan', 'drift'] as const) {
      const { code, stdout } = await site.run(verb, '--json');
      expect(code).toBe(1);
      expect(documentsIn(stdout)).toMatchObject([
        { document: verb, status: 'error', diagnostics: [{ severity: 'error', range: { line: 19 } }] },
      ]);
    }
    const applied = await site.run('apply', '--auto-approve', '--json');
    expect(applied.code).toBe(1);
    expect(documentsIn(applied.stdout)).toMatchObject([{ event: 'end', status: 'error' }]);
    for (const args of [
      ['plan', '--json', '--nonsense'],
      ['apply', '--json'],
    ]) {
      const { code, stdout } = await site.run(...args);
      expect(code).toBe(1);
      expect(documentsIn(stdout)).toHaveLength(1);
    }
  });
});

onPostgres('a wrong password', (server) => {
  it('is one clear message, without the password', async () => {
    const { superuserUrl } = server();
    const site = await openSite(server());
    const role = `intruder_${String(process.pid)}`;
    await query(
      superuserUrl,
      `CREATE ROLE ${role} LOGIN PASSWORD '${canary('right')}' IN ROLE ${ASKED_FOR_PASSWORD}`,
    );
    const wrong = canary('wrong');
    urlWith(site, (url) => {
      url.username = role;
      url.password = wrong;
    });
    const before = await site.everything();
    const { code, stderr } = await site.run('plan');
    expect(stderr.match(/^Error: /gm)).toHaveLength(1);
    expect(stderr).toMatch(/^Error: .*password.*intruder_\d|^Error: .*intruder_\d.*password/im);
    expect(stderr).toMatch(/Next: .*password/i);
    expect(code).toBe(1);
    expect(await site.everything()).toEqual(before);
  });
});
