import { describe, expect, it } from 'vitest';
import { hasErrors } from '../../src/model/index.js';
import type { ConfiguredResource, DesiredField, Diagnostic, StateRecord } from '../../src/model/index.js';
import { postgres } from '../../src/providers/postgres/index.js';
import { readCases } from '../fdw-cases/cases.js';
import type { Outcome, RecordedCase } from '../fdw-cases/cases.js';
import { query } from '../support/postgres/index.js';
import { onRealPostgres, openSession, wanted } from './harness.js';

const CASES = await readCases(new URL('../fixtures/duckdb-fdw-cases.json', import.meta.url).pathname);

/** A statement of a case without the session that it ran in. */
const plainSql = (sql: string): string => sql.replace(/^\[\w+:\w+\] /, '');

/** Whether DuckDB itself failed there although the DDL before it went through: for everybody, or for whom a mapping is for. */
function isBroken(sql: string, { ok, message = '' }: Outcome): boolean {
  return (
    !ok &&
    /duckdb\.(raw_)?query\(/.test(sql) &&
    message.startsWith('(PGDuckDB/CreatePlan)') &&
    !/SAVEPOINT/.test(message)
  );
}

/** Whether a recorded case ends with DuckDB broken. */
function breaks(recorded: RecordedCase): boolean {
  const steps = (recorded.steps ?? []).map((step, at) => [recorded.sql[at] ?? '', step] as const);
  const after = (recorded.after ?? []).map((one) => [one.sql, one] as const);
  const makes = [...(recorded.setup ?? []).map((one) => one.sql), ...recorded.sql].some((sql) =>
    /CREATE SERVER/i.test(sql),
  );
  return makes && [...steps, ...after].some(([sql, outcome]) => isBroken(sql, outcome));
}

/** `name 'value', …` of an OPTIONS list; names fold as SQL folds them. */
function optionsOf(sql: string): Map<string, string> {
  const list = /OPTIONS\s*\((.*)\)\s*$/is.exec(sql)?.[1] ?? '';
  const found = new Map<string, string>();
  for (const match of list.matchAll(/(?:ADD\s+|SET\s+)?("(?:[^"]|"")+"|\w+)\s+'((?:[^']|'')*)'/gi)) {
    found.set(nameOf(match[1] ?? ''), (match[2] ?? '').replaceAll("''", "'"));
  }
  return found;
}

const nameOf = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();

/** The servers and mappings that the statements of a case leave, as the configuration would ask for them. */
function asConfigured(recorded: RecordedCase): readonly ConfiguredResource[] {
  const servers = new Map<string, { type: string; options: Map<string, string> }>();
  const mappings = new Map<string, Map<string, string>>();
  const name = '("(?:[^"]|"")+"|\\w+)';
  for (const sql of [...(recorded.setup ?? []).map((one) => one.sql), ...recorded.sql].map(plainSql)) {
    const create = new RegExp(`^CREATE SERVER ${name}(?: TYPE '([^']*)')?`, 'is').exec(sql);
    const mapping = new RegExp(`^CREATE USER MAPPING FOR ${name} SERVER ${name}`, 'is').exec(sql);
    const rename = new RegExp(`^ALTER SERVER ${name} RENAME TO ${name}`, 'is').exec(sql);
    const alter = new RegExp(`^ALTER SERVER ${name} OPTIONS`, 'is').exec(sql);
    if (create !== null)
      servers.set(nameOf(create[1] ?? ''), { type: create[2] ?? '', options: optionsOf(sql) });
    else if (mapping !== null) {
      mappings.set(`${nameOf(mapping[2] ?? '')}/${nameOf(mapping[1] ?? '')}`, optionsOf(sql));
    } else if (rename !== null) {
      const server = servers.get(nameOf(rename[1] ?? ''));
      servers.delete(nameOf(rename[1] ?? ''));
      if (server !== undefined) servers.set(nameOf(rename[2] ?? ''), server);
    } else if (alter !== null) {
      for (const [key, value] of optionsOf(sql)) {
        servers.get(nameOf(alter[1] ?? ''))?.options.set(key, value);
      }
    }
  }
  const fields = (options: Map<string, string>, isOpen: boolean): [string, DesiredField][] =>
    [...options].map(([key, value]) => [
      `options.${key}`,
      isOpen ? { kind: 'plain', value } : { kind: 'source', source: { from: 'env', name: 'X' } },
    ]);
  return [
    ...[...servers].map(([server, { type, options }]): ConfiguredResource => ({
      address: `duckdb_server.pg.${server}`,
      dependsOn: [],
      lifecycle: {},
      fields: { type: { kind: 'plain', value: type }, ...Object.fromEntries(fields(options, true)) },
    })),
    ...[...mappings].map(([key, options]): ConfiguredResource => ({
      address: `user_mapping.pg.${key}`,
      dependsOn: [],
      lifecycle: {},
      fields: Object.fromEntries(fields(options, false)),
    })),
  ];
}

const settings = { name: 'pg', type: 'postgres', fields: {} };
/** DuckDB fetches motherduck itself at its first use, where it may: a missing row is no reason to refuse it. */
const BREAKING = CASES.filter((recorded) => breaks(recorded) && recorded.id !== 'md.mapping_then_query');
/** Those that break because an extension is not installed: only the database knows. */
const isMissing = (recorded: RecordedCase): boolean =>
  JSON.stringify(recorded).includes('.duckdb_extension\\" not found');

describe('every recorded way to break DuckDB', () => {
  it('is found among the recorded cases', () => {
    expect(BREAKING.length).toBeGreaterThanOrEqual(15);
  });

  it.each(BREAKING.filter((one) => !isMissing(one)).map((one) => [one.id, one] as const))(
    'is refused before any connection: %s',
    (_, recorded) => {
      const found = postgres.audit(settings, asConfigured(recorded));
      expect(hasErrors(found)).toBe(true);
    },
  );

  it('a server named validation is refused before any connection', () => {
    const server = { address: 'duckdb_server.pg.validation', dependsOn: [], lifecycle: {}, fields: {} };
    expect(postgres.audit(settings, [server])).toMatchObject([
      { severity: 'error', code: 'dangerous-server-name' },
    ]);
  });
});

onRealPostgres('a database that is broken already, or would be', {}, (server) => {
  const say = async (
    sql: string,
    desired: Parameters<Awaited<ReturnType<typeof openSession>>['prepare']>[0],
    records: readonly StateRecord[] = [],
  ): Promise<readonly Diagnostic[]> => {
    const url = await server().createDatabase();
    if (sql !== '') await query(url, sql);
    const session = await openSession(url);
    try {
      const { resources, diagnostics } = await session.prepare(desired);
      const read = await session.read({ desired: resources, records, authoritative: [] });
      return [...diagnostics, ...(read.diagnostics ?? [])].filter(
        (diagnostic) => diagnostic.severity !== 'info',
      );
    } finally {
      await session.close();
    }
  };
  const lake = wanted('duckdb_server.pg.lake', { type: 's3' });

  it.each(BREAKING.filter(isMissing).map((one) => [one.id, one] as const))(
    'is refused for a missing extension: %s',
    async (_, recorded) => {
      const desired = asConfigured(recorded).map((resource) =>
        wanted(
          resource.address,
          Object.fromEntries(
            Object.entries(resource.fields).map(([path, field]) => [
              path,
              field.kind === 'plain' ? (field.value as string) : 'x',
            ]),
          ),
        ),
      );
      expect(await say('', desired)).toContainEqual(
        expect.objectContaining({ severity: 'error', code: 'extension-missing' }),
      );
    },
  );

  it('does not ask for a row of motherduck, which DuckDB fetches at its first use', async () => {
    const server = wanted('duckdb_server.pg.md', { type: 'motherduck' });
    const token = wanted('user_mapping.pg.md/public', { 'options.token': 'x' });
    expect(await say('', [server, token])).toEqual([]);
    expect(await say(`CREATE SERVER md TYPE 'motherduck' FOREIGN DATA WRAPPER duckdb`, [lake])).toEqual([]);
  });

  it('counts a row that sessions do not load as missing', async () => {
    const sql = `INSERT INTO duckdb.extensions (name, autoload) VALUES ('azure', false)`;
    const blob = wanted('duckdb_server.pg.blob', { type: 'azure' });
    expect(await say(sql, [blob])).toMatchObject([{ severity: 'error', code: 'extension-missing' }]);
    expect(await say(sql.replace('false', 'true'), [blob])).toEqual([]);
  });

  it.each([
    ['azure', {}],
    ['mysql', {}],
    ['s3', { 'options.provider': 'credential_chain' }],
  ])('is refused for a missing extension: %s %j', async (type, options) => {
    expect(await say('', [wanted('duckdb_server.pg.new', { type, ...options })])).toMatchObject([
      { severity: 'error', code: 'extension-missing', address: 'duckdb_server.pg.new' },
    ]);
  });

  it('names servers whose names break it, and one name in two cases', async () => {
    const found = await say(
      `CREATE SERVER "Lake" TYPE 's3' FOREIGN DATA WRAPPER duckdb; CREATE SERVER "my-lake" TYPE 's3' FOREIGN DATA WRAPPER duckdb`,
      [lake],
    );
    expect(found.map((diagnostic) => [diagnostic.severity, diagnostic.code, diagnostic.address])).toEqual([
      ['error', 'server-breaks-duckdb', 'duckdb_server.pg.my-lake'],
      ['error', 'clashing-server-names', 'duckdb_server.pg.lake'],
    ]);
    expect(found[0]?.next).toContain('ALTER SERVER "my-lake" RENAME TO');
  });

  it('names two servers of others with the same name to DuckDB, and the remedy', async () => {
    const found = await say(
      `CREATE SERVER foo TYPE 's3' FOREIGN DATA WRAPPER duckdb; CREATE SERVER "Foo" TYPE 's3' FOREIGN DATA WRAPPER duckdb`,
      [lake],
    );
    expect(found).toMatchObject([{ severity: 'error', code: 'server-breaks-duckdb' }]);
    expect(found[0]?.next).toMatch(/ALTER SERVER "(foo|Foo)" RENAME TO/);
    // Who manages nothing there but USAGE on the wrapper is warned: GRANT works.
    const usage = wanted('fdw_usage.pg.postgres');
    const sql = `CREATE SERVER "bad-name" TYPE 's3' FOREIGN DATA WRAPPER duckdb`;
    expect(await say(sql, [usage])).toMatchObject([{ severity: 'warning', code: 'server-breaks-duckdb' }]);
  });

  it('finds nothing wrong with a digit in front, nor with an option type', async () => {
    const found = await say(
      `CREATE SERVER "1a" TYPE 's3' FOREIGN DATA WRAPPER duckdb;
       CREATE SERVER x TYPE 's3' FOREIGN DATA WRAPPER duckdb OPTIONS ("type" 'r2', account_id 'a')`,
      [lake],
    );
    expect(found).toEqual([]);
  });

  it('refuses everything beside a server named validation', async () => {
    for (const name of ['validation', 'Validation']) {
      const found = await say(`CREATE SERVER "${name}" TYPE 's3' FOREIGN DATA WRAPPER duckdb`, [lake]);
      expect(found).toMatchObject([
        { severity: 'error', code: 'server-named-validation', address: `duckdb_server.pg.${name}` },
      ]);
      expect(found[0]?.next).toContain(`ALTER SERVER "${name}" RENAME TO`);
      expect(found[0]?.summary).not.toContain('quer');
    }
  });

  it('refuses a server that would strand a mapping of somebody else', async () => {
    const sql = `CREATE SERVER lake TYPE 's3' FOREIGN DATA WRAPPER duckdb; CREATE USER MAPPING FOR PUBLIC SERVER lake OPTIONS (key_id 'A')`;
    const withKey = wanted('duckdb_server.pg.lake', { type: 's3', 'options.key_id': 'B' });
    expect(await say(sql, [withKey])).toMatchObject([
      { severity: 'error', code: 'unmanaged-mapping-breaks' },
    ]);
    expect(await say(sql, [lake])).toEqual([]);
    expect(await say(sql, [withKey, wanted('user_mapping.pg.lake/public', {})])).toEqual([]);
    // One that is ours and goes, since the configuration names it no more, strands nobody.
    const ours: StateRecord = {
      address: 'user_mapping.pg.lake/public',
      id: '1',
      appliedAt: '2026-01-01T00:00:00Z',
      fields: {},
      fingerprints: {},
      sensitiveFields: [],
      dependsOn: [],
    };
    expect(await say(sql, [withKey], [ours])).toEqual([]);
  });

  it('names what breaks it for one role, and a secret that every role can read', async () => {
    const found = await say(
      `CREATE SERVER open TYPE 's3' FOREIGN DATA WRAPPER duckdb OPTIONS ("SECRET" 'canary');
       CREATE SERVER other TYPE 's3' FOREIGN DATA WRAPPER duckdb OPTIONS (region 'x');
       CREATE USER MAPPING FOR PUBLIC SERVER other OPTIONS (key_id 'A');
       ALTER SERVER other OPTIONS (ADD key_id 'B')`,
      [lake],
    );
    expect(found.map((diagnostic) => [diagnostic.severity, diagnostic.code, diagnostic.address])).toEqual([
      ['warning', 'sensitive-option-in-server', 'duckdb_server.pg.open'],
      ['warning', 'server-breaks-duckdb', 'duckdb_server.pg.other'],
    ]);
    expect(JSON.stringify(found)).not.toContain('canary');
  });

  it('names servers that belong to no administrator', async () => {
    const sql = `DO $$ BEGIN CREATE ROLE nobody_special; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      CREATE SERVER theirs TYPE 's3' FOREIGN DATA WRAPPER duckdb; ALTER SERVER theirs OWNER TO nobody_special`;
    expect(await say(sql, [lake])).toMatchObject([
      { severity: 'warning', code: 'owner-not-administrator', address: 'duckdb_server.pg.theirs' },
    ]);
    expect(await say(sql, [lake, wanted('fdw_usage.pg.nobody_special')])).toEqual([]);
    const given = wanted('duckdb_server.pg.lake', { type: 's3', owner: 'nobody_special' });
    expect(await say('', [given])).toMatchObject([
      { code: 'owner-not-administrator', address: given.address },
    ]);
  });
});
