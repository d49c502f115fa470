import { stateError } from './errors.js';

/** The layout of the tables that this version supports. */
export const LAYOUT = 1;

/** The statements for one schema. Each is a transaction of its own, and leans on nothing that a session keeps. */
export interface Statements {
  /** `$1` the schema's name. Needs no rights: see `FoundLayout`. */
  readonly probe: string;
  /** Makes the tables; the schema too where there is none. */
  readonly create: (withSchema: boolean) => string;
  /** `$1` the stack. See `StoredRow`; the records' texts are joined by `SEPARATOR`. */
  readonly read: string;
  /** `$1` the stack. See `HeadRow`. */
  readonly look: string;
  /** The first write: `$1` to `$7`. Gives `written`, 1 or 0. */
  readonly writeFirst: string;
  /** Every other write: `$1` to `$10`. Gives `written`, 1 or 0. */
  readonly writeNext: string;
  /** `$1` the stack, `$2` the lock's ID, `$3` its holder, `$4` the lease, `$5` the ID of a holder that is dead, or null. */
  readonly take: string;
  /** `$1` the stack, `$2` the lock's ID. A row, if it is still there. */
  readonly renew: string;
  /** `$1` the stack, `$2` the lock's ID. */
  readonly giveBack: string;
}

/** Stands between the texts of records: JSON never holds it as it is. */
export const SEPARATOR = '\u001e';

/**
 * Writes the statements for a schema.
 *
 * Times are the database's own (`clock_timestamp()`: now, not when the statement began), so that the clocks of machines do not
 * matter. A write holds the row of the lock while it runs: nobody can take over in the midst of it. Stacks and addresses are
 * given as `keyText` makes them.
 * @param schema its name, checked (see `checkSchema`)
 */
export function statements(schema: string): Statements {
  const quoted = quoteName(schema);
  const [layout, heads, records, locks] = ['layout', 'heads', 'records', 'locks'].map(
    (name) => `${quoted}.state_${name}`,
  ) as [string, string, string, string];
  const now = 'pg_catalog.clock_timestamp()';
  const isKnown = `EXISTS (SELECT FROM ${layout} WHERE version = ${LAYOUT})`;
  const write = (head: string, rest: string): string => `WITH held AS (
  UPDATE ${locks} SET renewed_at = ${now} WHERE stack = $1::text AND id = $4::text RETURNING id
), head AS (
  ${head}
  RETURNING stack
), put AS (
  INSERT INTO ${records} (stack, address, record)
  SELECT head.stack, one.address, one.record
  FROM head, ROWS FROM (pg_catalog.unnest($5::text[]), pg_catalog.unnest($6::text[])) AS one (address, record)
  ON CONFLICT (stack, address) DO UPDATE SET record = excluded.record
)${rest}
SELECT pg_catalog.count(*)::int AS written FROM head`;
  const mayWrite = `($4::text IS NULL OR EXISTS (SELECT FROM held)) AND ${isKnown}`;
  return {
    probe: `SELECT n.oid IS NOT NULL AS "hasSchema",
  EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'state_layout') AS "hasTables",
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS "mayCreateSchema",
  COALESCE(pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false)
    AS "mayCreateTables",
  current_user::text AS "role", pg_catalog.current_database()::text AS "database"
FROM (VALUES (1)) AS one (row) LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1::text`,
    create: (withSchema) => `${withSchema ? `CREATE SCHEMA ${quoted};\n` : ''}CREATE TABLE ${layout} (
  version integer PRIMARY KEY
);
COMMENT ON TABLE ${layout} IS 'States kept by secrets: no value of a secret is in them. Let only that program write here.';
INSERT INTO ${layout} VALUES (${LAYOUT});
CREATE TABLE ${heads} (
  stack text COLLATE "C" PRIMARY KEY,
  serial bigint NOT NULL CHECK (serial > 0),
  lineage text NOT NULL,
  document text NOT NULL,
  write_id text NOT NULL,
  written_at timestamptz NOT NULL
);
CREATE TABLE ${records} (
  stack text COLLATE "C" NOT NULL REFERENCES ${heads} ON DELETE CASCADE,
  address text COLLATE "C" NOT NULL,
  record text NOT NULL,
  PRIMARY KEY (stack, address)
);
CREATE TABLE ${locks} (
  stack text COLLATE "C" PRIMARY KEY,
  id text NOT NULL,
  holder text NOT NULL,
  lease_ms bigint NOT NULL,
  renewed_at timestamptz NOT NULL
)`,
    read: `SELECT layout.version AS layout, head.serial::text AS serial, head.lineage, head.document,
  head.write_id AS "writeId",
  (SELECT pg_catalog.string_agg(one.record, pg_catalog.chr(${SEPARATOR.charCodeAt(0)}) ORDER BY one.address)
    FROM ${records} one WHERE one.stack = head.stack) AS records
FROM ${layout} layout LEFT JOIN ${heads} head ON head.stack = $1::text`,
    look: `SELECT layout.version AS layout, head.serial::text AS serial, head.lineage, head.write_id AS "writeId",
  lock.id AS "lockId", lock.holder
FROM ${layout} layout LEFT JOIN ${heads} head ON head.stack = $1::text LEFT JOIN ${locks} lock ON lock.stack = $1::text`,
    writeFirst: write(
      `INSERT INTO ${heads} (stack, serial, lineage, document, write_id, written_at)
  SELECT $1::text, 1, $7::text, $2::text, $3::text, ${now} WHERE ${mayWrite}
  ON CONFLICT (stack) DO NOTHING`,
      '',
    ),
    writeNext: write(
      `UPDATE ${heads} SET serial = serial + 1, document = $2::text, write_id = $3::text, written_at = ${now}
  WHERE stack = $1::text AND serial = $8::bigint AND lineage = $7::text AND write_id = $9::text AND ${mayWrite}`,
      `, gone AS (
  DELETE FROM ${records} USING head
  WHERE ${records}.stack = head.stack AND ${records}.address = ANY ($10::text[])
)`,
    ),
    take: `WITH taken AS (
  INSERT INTO ${locks} AS lock (stack, id, holder, lease_ms, renewed_at)
  SELECT $1::text, $2::text, $3::text, $4::bigint, ${now} WHERE ${isKnown}
  ON CONFLICT (stack) DO UPDATE
  SET id = excluded.id, holder = excluded.holder, lease_ms = excluded.lease_ms, renewed_at = ${now}
  WHERE lock.id = excluded.id OR lock.id = $5::text
    OR lock.renewed_at + lock.lease_ms * interval '1 millisecond' < ${now}
  RETURNING id
)
SELECT layout.version AS layout, EXISTS (SELECT FROM taken) AS taken, lock.holder
FROM ${layout} layout LEFT JOIN ${locks} lock ON lock.stack = $1::text`,
    renew: `UPDATE ${locks} SET renewed_at = ${now} WHERE stack = $1::text AND id = $2::text RETURNING id`,
    giveBack: `DELETE FROM ${locks} WHERE stack = $1::text AND id = $2::text`,
  };
}

/** A name as SQL quotes it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Checks the name of a schema. PostgreSQL cuts names to 63 bytes, so that two longer ones could mean the same.
 * @throws DiagnosticError for a name that no schema can have
 */
export function checkSchema(schema: string): void {
  const bytes = new TextEncoder().encode(schema).length;
  const isReserved = /^pg_/i.test(schema) || schema === 'information_schema';
  if (bytes > 0 && bytes <= 63 && !isReserved && !/[\0\p{Surrogate}]/u.test(schema)) return;
  throw stateError(
    'state-settings',
    `The state's schema cannot be named ${JSON.stringify(schema)}.`,
    'Write a name of 1 to 63 bytes that does not start with pg_, such as secrets_state.',
  );
}

/**
 * A stack or an address as it stands in a column: as it is, but what JSON escapes (quotes, backslashes, and what PostgreSQL
 * cannot store: NUL and halves of UTF-16 pairs) is escaped as JSON does.
 */
export function keyText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
