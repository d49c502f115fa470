import { EQ, PINNED_PATH, operator } from '../../net/sql/index.js';
import type { SqlStatement } from '../../net/sql/index.js';
import { quoteName, stateError } from './errors.js';
import { TABLES } from './tables.js';
import { trustGuard } from './trust.js';

/** The layout of the tables that this version supports. */
export const LAYOUT = 1;

/** The statements for one schema. Each is a transaction of its own, and leans on nothing that a session keeps. */
export interface Statements {
  /** Runs before each statement that uses the tables. */
  readonly guard: SqlStatement;
  /** `$1` the schema's name. Needs no rights: see `FoundLayout`. */
  readonly probe: string;
  /** A script that makes the tables; the schema too where there is none. */
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

const TEXT = 'pg_catalog.text';

/** Stands between the texts of records: JSON never holds it as it is. */
export const SEPARATOR = '\u001e';

/**
 * Writes the statements for a schema.
 *
 * Times are the database's own (`clock_timestamp()`: now, not when the statement began), so that the clocks of machines do not
 * matter. A write holds the row of the lock while it runs: nobody can take over in the midst of it. Stacks and addresses are
 * given as `keyText` makes them.
 * @param schema its name, checked (see `checkSchema`)
 * @param owner a role, besides superusers and the current one, that may own schema and tables
 */
export function statements(schema: string, owner: string | undefined): Statements {
  const names = namesOf(schema);
  const { layout, heads, records, locks } = names;
  return {
    guard: trustGuard(schema, owner),
    probe: PROBE,
    create: (withSchema) => createSql(names, withSchema),
    read: `SELECT layout.version AS layout, head.serial::${TEXT} AS serial, head.lineage, head.document,
  head.write_id AS "writeId",
  (SELECT pg_catalog.string_agg(one.record, pg_catalog.chr(${SEPARATOR.charCodeAt(0)}) ORDER BY one.address)
    FROM ${records} one WHERE one.stack ${EQ} head.stack) AS records
FROM ${layout} layout LEFT JOIN ${heads} head ON head.stack ${EQ} $1::${TEXT}`,
    look: `SELECT layout.version AS layout, head.serial::${TEXT} AS serial, head.lineage, head.write_id AS "writeId",
  lock.id AS "lockId", lock.holder
FROM ${layout} layout LEFT JOIN ${heads} head ON head.stack ${EQ} $1::${TEXT} LEFT JOIN ${locks} lock ON lock.stack ${EQ} $1::${TEXT}`,
    ...writeStatements(names),
    ...lockStatements(names),
  };
}

/** The names of the tables, with their schema, as SQL has them. */
interface Names {
  readonly schema: string;
  readonly layout: string;
  readonly heads: string;
  readonly records: string;
  readonly locks: string;
}

function namesOf(schema: string): Names {
  const quoted = quoteName(schema);
  const [layout, heads, records, locks] = TABLES.map((name) => `${quoted}.${name}`) as [
    string,
    string,
    string,
    string,
  ];
  return { schema: quoted, layout, heads, records, locks };
}

const NOW = 'pg_catalog.clock_timestamp()';
const isKnown = ({ layout }: Names): string => `EXISTS (SELECT FROM ${layout} WHERE version ${EQ} ${LAYOUT})`;

const PROBE = `SELECT n.oid IS NOT NULL AS "hasSchema",
  EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace ${EQ} n.oid AND c.relname ${EQ} '${TABLES[0]}') AS "hasTables",
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS "mayCreateSchema",
  COALESCE(pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false)
    AS "mayCreateTables",
  current_user::${TEXT} AS "role", pg_catalog.current_database()::${TEXT} AS "database"
FROM (VALUES (1)) AS one (row) LEFT JOIN pg_catalog.pg_namespace n ON n.nspname ${EQ} $1::pg_catalog.name`;

function createSql({ schema, layout, heads, records, locks }: Names, withSchema: boolean): string {
  return `${withSchema ? `CREATE SCHEMA ${schema};\n` : ''}CREATE TABLE ${layout} (
  version pg_catalog.int4 PRIMARY KEY
);
COMMENT ON TABLE ${layout} IS 'States kept by secrets: no value of a secret is in them. Let only that program write here.';
CREATE TABLE ${heads} (
  stack ${TEXT} COLLATE pg_catalog."C" PRIMARY KEY,
  serial pg_catalog.int8 NOT NULL CHECK (serial ${operator('>')} 0),
  lineage ${TEXT} NOT NULL,
  document ${TEXT} NOT NULL,
  write_id ${TEXT} NOT NULL,
  written_at pg_catalog.timestamptz NOT NULL
);
CREATE TABLE ${records} (
  stack ${TEXT} COLLATE pg_catalog."C" NOT NULL REFERENCES ${heads} ON DELETE CASCADE,
  address ${TEXT} COLLATE pg_catalog."C" NOT NULL,
  record ${TEXT} NOT NULL,
  PRIMARY KEY (stack, address)
);
CREATE TABLE ${locks} (
  stack ${TEXT} COLLATE pg_catalog."C" PRIMARY KEY,
  id ${TEXT} NOT NULL,
  holder ${TEXT} NOT NULL,
  lease_ms pg_catalog.int8 NOT NULL,
  renewed_at pg_catalog.timestamptz NOT NULL
);
SELECT pg_catalog.set_config('search_path', '${PINNED_PATH}', true);
INSERT INTO ${layout} VALUES (${LAYOUT})`;
}

function writeStatements(names: Names): Pick<Statements, 'writeFirst' | 'writeNext'> {
  const { heads, records, locks } = names;
  const write = (head: string, rest: string): string => `WITH held AS (
  UPDATE ${locks} SET renewed_at = ${NOW} WHERE stack ${EQ} $1::${TEXT} AND id ${EQ} $4::${TEXT} RETURNING id
), head AS (
  ${head}
  RETURNING stack
), put AS (
  INSERT INTO ${records} (stack, address, record)
  SELECT head.stack, one.address, one.record
  FROM head, ROWS FROM (pg_catalog.unnest($5::${TEXT}[]), pg_catalog.unnest($6::${TEXT}[])) AS one (address, record)
  ON CONFLICT (stack, address) DO UPDATE SET record = excluded.record
)${rest}
SELECT pg_catalog.count(*)::pg_catalog.int4 AS written FROM head`;
  const mayWrite = `($4::${TEXT} IS NULL OR EXISTS (SELECT FROM held)) AND ${isKnown(names)}`;
  return {
    writeFirst: write(
      `INSERT INTO ${heads} (stack, serial, lineage, document, write_id, written_at)
  SELECT $1::${TEXT}, 1::pg_catalog.int8, $7::${TEXT}, $2::${TEXT}, $3::${TEXT}, ${NOW} WHERE ${mayWrite}
  ON CONFLICT (stack) DO NOTHING`,
      '',
    ),
    writeNext: write(
      `UPDATE ${heads} SET serial = serial ${operator('+')} 1::pg_catalog.int8, document = $2::${TEXT}, write_id = $3::${TEXT}, written_at = ${NOW}
  WHERE stack ${EQ} $1::${TEXT} AND serial ${EQ} $8::pg_catalog.int8 AND lineage ${EQ} $7::${TEXT} AND write_id ${EQ} $9::${TEXT} AND ${mayWrite}`,
      `, gone AS (
  DELETE FROM ${records} USING head
  WHERE ${records}.stack ${EQ} head.stack AND ${records}.address ${EQ} ANY ($10::${TEXT}[])
)`,
    ),
  };
}

function lockStatements(names: Names): Pick<Statements, 'take' | 'renew' | 'giveBack'> {
  const { layout, locks } = names;
  return {
    take: `WITH taken AS (
  INSERT INTO ${locks} AS lock (stack, id, holder, lease_ms, renewed_at)
  SELECT $1::${TEXT}, $2::${TEXT}, $3::${TEXT}, $4::pg_catalog.int8, ${NOW} WHERE ${isKnown(names)}
  ON CONFLICT (stack) DO UPDATE
  SET id = excluded.id, holder = excluded.holder, lease_ms = excluded.lease_ms, renewed_at = ${NOW}
  WHERE lock.id ${EQ} excluded.id OR lock.id ${EQ} $5::${TEXT}
    OR lock.renewed_at ${operator('+')} pg_catalog.make_interval(secs =>
      lock.lease_ms::pg_catalog.float8 ${operator('/')} 1000::pg_catalog.float8) ${operator('<')} ${NOW}
  RETURNING id
)
SELECT layout.version AS layout, EXISTS (SELECT FROM taken) AS taken, lock.holder
FROM ${layout} layout LEFT JOIN ${locks} lock ON lock.stack ${EQ} $1::${TEXT}`,
    renew: `UPDATE ${locks} SET renewed_at = ${NOW} WHERE stack ${EQ} $1::${TEXT} AND id ${EQ} $2::${TEXT} RETURNING id`,
    giveBack: `DELETE FROM ${locks} WHERE stack ${EQ} $1::${TEXT} AND id ${EQ} $2::${TEXT}`,
  };
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
