import { EQ, NE, operator, sqlState } from '../../net/sql/index.js';
import type { SqlStatement } from '../../net/sql/index.js';
import type { DiagnosticError } from '../../model/index.js';
import { quoteName, stateError } from './errors.js';
import { TABLES } from './tables.js';

/** What the guard found. */
export type TrustProblem =
  /** Not all tables exist. */
  | { readonly kind: 'missing' }
  /** Something that could run somebody else's code: its kind, its name, and who owns it. */
  | { readonly kind: string; readonly name: string; readonly owner: string; readonly role: string };

/** What the guard's error message starts with: the rest is a {@link TrustProblem} as JSON. */
const PREFIX = 'secrets-state: ';

const TEXT = 'pg_catalog.text';
const classId = (catalog: string): string => `'pg_catalog.${catalog}'::pg_catalog.regclass::pg_catalog.oid`;
const trusts = (owner: string): string => `EXISTS (SELECT FROM trusted r WHERE r.oid ${EQ} ${owner})`;

/** The kinds of relations that are not plain tables, by `relkind`. */
const KINDS: Readonly<Record<string, string>> = {
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  p: 'partitioned table',
  S: 'sequence',
  i: 'index',
  c: 'composite type',
};

const KIND_WORD = `CASE ${Object.entries(KINDS)
  .map(([letter, word]) => `WHEN t.relkind ${EQ} '${letter}' THEN '${word}'`)
  .join(' ')} ELSE 'relation' END`;

/**
 * What a table that we made does not have; each is a SELECT of rank, kind, name and owner from `tables t`. A trigger is accepted whose
 * function a trusted role wrote, such as an administrator's audit.
 */
const FOREIGN = [
  `SELECT 2, ${KIND_WORD}, t.relname::${TEXT}, t.relowner FROM tables t WHERE t.relkind ${NE} 'r'`,
  `SELECT 3, 'table', t.relname::${TEXT}, t.relowner FROM tables t WHERE NOT ${trusts('t.relowner')}`,
  `SELECT 4, 'trigger', g.tgname::${TEXT}, p.proowner FROM tables t JOIN pg_catalog.pg_trigger g ON g.tgrelid ${EQ} t.oid
    JOIN pg_catalog.pg_proc p ON p.oid ${EQ} g.tgfoid WHERE NOT g.tgisinternal
    AND (NOT ${trusts('p.proowner')} OR p.pronamespace ${EQ} 'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid)`,
  `SELECT 5, 'rule', w.rulename::${TEXT}, t.relowner FROM tables t JOIN pg_catalog.pg_rewrite w ON w.ev_class ${EQ} t.oid`,
  `SELECT 6, 'table with row-level security', t.relname::${TEXT}, t.relowner FROM tables t
    WHERE t.relrowsecurity OR EXISTS (SELECT FROM pg_catalog.pg_policy y WHERE y.polrelid ${EQ} t.oid)`,
  `SELECT 7, 'child table', c.relname::${TEXT}, c.relowner FROM tables t
    JOIN pg_catalog.pg_inherits h ON h.inhparent ${EQ} t.oid JOIN pg_catalog.pg_class c ON c.oid ${EQ} h.inhrelid`,
  `SELECT 7, 'parent table', c.relname::${TEXT}, c.relowner FROM tables t
    JOIN pg_catalog.pg_inherits h ON h.inhrelid ${EQ} t.oid JOIN pg_catalog.pg_class c ON c.oid ${EQ} h.inhparent`,
  `SELECT 8, 'column default', a.attname::${TEXT}, t.relowner FROM tables t JOIN pg_catalog.pg_attrdef d ON d.adrelid ${EQ} t.oid
    JOIN pg_catalog.pg_attribute a ON a.attrelid ${EQ} d.adrelid AND a.attnum ${EQ} d.adnum`,
  // Checks, indexes and columns that need a function, an operator or a type of somebody's: those of PostgreSQL are never listed.
  `SELECT 9, 'dependency', pg_catalog.pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid), o.relowner
    FROM own o JOIN pg_catalog.pg_depend d ON d.classid ${EQ} o.classid AND d.objid ${EQ} o.objid
    WHERE d.refclassid ${EQ} ANY (ARRAY[${['pg_proc', 'pg_operator', 'pg_type', 'pg_opclass', 'pg_collation'].map(classId).join(', ')}])`,
];

/**
 * A statement that fails unless the schema and its tables exist, belong to a role that is trusted (the current one, a superuser, or
 * the named one), and are plain tables: anything else could run its maker's code as our role. It runs in the transaction of each
 * statement, before it; it needs no rights, and gives no rows.
 * @param owner the role that `SECRETS_STATE_OWNER` names
 */
export function trustGuard(schema: string, owner: string | undefined): SqlStatement {
  const text = `WITH trusted AS (
  SELECT r.oid FROM pg_catalog.pg_roles r
  WHERE r.rolsuper OR r.rolname ${EQ} current_user OR r.rolname ${EQ} $2::pg_catalog.name
), spaces AS (
  SELECT n.oid, n.nspname, n.nspowner FROM pg_catalog.pg_namespace n WHERE n.nspname ${EQ} $1::pg_catalog.name
), tables AS (
  SELECT c.oid, c.relname, c.relkind, c.relowner, c.relrowsecurity
  FROM spaces n JOIN pg_catalog.pg_class c ON c.relnamespace ${EQ} n.oid
  WHERE c.relname ${EQ} ANY (ARRAY[${TABLES.map((name) => `'${name}'`).join(', ')}]::pg_catalog.name[])
), own (classid, objid, relowner) AS (
  SELECT ${classId('pg_class')}, t.oid, t.relowner FROM tables t
  UNION ALL SELECT ${classId('pg_class')}, x.indexrelid, t.relowner FROM tables t
    JOIN pg_catalog.pg_index x ON x.indrelid ${EQ} t.oid
  UNION ALL SELECT ${classId('pg_constraint')}, k.oid, t.relowner FROM tables t
    JOIN pg_catalog.pg_constraint k ON k.conrelid ${EQ} t.oid
), problems (rank, kind, name, owner) AS (
  SELECT 1, 'schema', n.nspname::${TEXT}, n.nspowner FROM spaces n WHERE NOT ${trusts('n.nspowner')}
  UNION ALL ${FOREIGN.join('\n  UNION ALL ')}
), found (problem) AS (
  SELECT COALESCE(
    (SELECT pg_catalog.json_build_object('kind', p.kind, 'name', p.name, 'owner', pg_catalog.pg_get_userbyid(p.owner),
      'role', current_user)::${TEXT} FROM problems p ORDER BY p.rank LIMIT 1),
    CASE WHEN (SELECT pg_catalog.count(*) FROM tables) ${operator('<')} ${TABLES.length} THEN '{"kind":"missing"}' END)
)
SELECT FROM found f WHERE ('${PREFIX}' ${operator('||')} f.problem)::pg_catalog.int4 IS NOT NULL`;
  return { text, values: [schema, owner ?? null] };
}

/** What the guard found, where an error comes from it. */
export function trustProblem(error: unknown): TrustProblem | undefined {
  // 22P02: the guard fails by reading its findings as a number.
  if (sqlState(error) !== '22P02' || !(error instanceof Error)) return undefined;
  const [, json] = new RegExp(`${PREFIX}(\\{.*\\})`, 's').exec(error.message) ?? [];
  return json === undefined ? undefined : (JSON.parse(json) as TrustProblem);
}

/** The refusal of a schema or of tables that could run somebody else's code. */
export function notTrusted(
  location: string,
  schema: string,
  { kind, name, owner, role }: Exclude<TrustProblem, { readonly kind: 'missing' }>,
): DiagnosticError {
  const space = quoteName(schema);
  const runs = `which could run code as ${JSON.stringify(role)}`;
  const isOwnership = kind === 'schema' || kind === 'table';
  const words = isOwnership
    ? `the ${kind} ${quoteName(name)}${kind === 'table' ? ` in the schema ${space}` : ''} belongs to the role ${JSON.stringify(owner)}, ${runs}`
    : kind === 'dependency'
      ? `a table in the schema ${space} depends on ${name}, ${runs}`
      : `there is the ${kind} ${quoteName(name)} in the schema ${space}, owned by ${JSON.stringify(owner)}, ${runs}`;
  return stateError(
    'state-not-trusted',
    `The state ${location} is not trusted: ${words}.`,
    isOwnership
      ? `If that role is to be trusted with the state, set SECRETS_STATE_OWNER=${owner} where the job is set up; otherwise name another schema (state.schema), or let an administrator remove this one.`
      : `The state needs plain tables as secrets makes them. Let an administrator find out who made this, and remove it; or name another schema (state.schema).`,
  );
}
