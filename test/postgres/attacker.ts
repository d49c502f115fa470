import { query } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';

/** An unprivileged role that wants to have its code run by the next role that uses the database. */
export interface Attacker {
  readonly name: string;
  /** The database as this role. */
  readonly url: string;
  /** What of its code was run as a superuser; read past every `search_path`. */
  readonly traces: () => Promise<readonly string[]>;
}

let attackers = 0;

/** Makes a role that may log in, and nothing else. */
export async function makeAttacker(server: RealPostgres, databaseUrl: string): Promise<Attacker> {
  const name = `mallory_${process.pid}_${(attackers += 1)}`;
  await query(server.superuserUrl, `CREATE ROLE ${name} LOGIN`);
  const url = new URL(databaseUrl);
  url.username = name;
  return {
    name,
    url: url.href,
    async traces() {
      const sql = `SELECT pg_catalog.pg_read_file('${name}', 0, 100000, true) AS text`;
      const [row] = await query<{ text: string | null }>(server.superuserUrl, sql);
      return [...new Set((row?.text ?? '').split('\n').filter((line) => line !== ''))].sort();
    },
  };
}

/** A function body that leaves a trace, once a session, where a superuser runs it: in a read-only transaction and before a rollback, too. */
export function trap({ name }: Pick<Attacker, 'name'>, what: string, result: string): string {
  const copy = `COPY (SELECT ${literal(what)}::pg_catalog.text) TO PROGRAM 'cat >> ${name}'`;
  return `LANGUAGE plpgsql AS $trap$ BEGIN
  IF pg_catalog.current_setting('trap.sprung', true) IS NULL
    AND (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) current_user) THEN
    PERFORM pg_catalog.set_config('trap.sprung', '1', false);
    EXECUTE ${literal(copy)};
  END IF;
  RETURN ${result};
END $trap$`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** SQL for the operators for which PostgreSQL has no exact match, and which give what PostgreSQL's would: nothing else is seen of them. */
export function quietTraps(attacker: Pick<Attacker, 'name'>, schema: string): string {
  const operators = [
    ['=', 'oid', 'int4', 'bool', '$1 OPERATOR(pg_catalog.=) $2::pg_catalog.oid'],
    ['<>', 'oid', 'int4', 'bool', '$1 OPERATOR(pg_catalog.<>) $2::pg_catalog.oid'],
    ['||', 'oid', 'text', 'text', '$1::pg_catalog.text OPERATOR(pg_catalog.||) $2'],
    ['*', 'int8', 'interval', 'interval', 'pg_catalog.make_interval(secs => $1 / 1000.0)'],
  ] as const;
  return operators
    .map(
      (
        [name, left, right, type, result],
        at,
      ) => `CREATE FUNCTION ${schema}.quiet_${at}(${left}, ${right}) RETURNS ${type}
  ${trap(attacker, `${left} ${name} ${right}`, result)};
CREATE OPERATOR ${schema}.${name} (LEFTARG = ${left}, RIGHTARG = ${right}, PROCEDURE = ${schema}.quiet_${at});`,
    )
    .join('\n');
}

const COMPARED = [
  'oid', 'int4', 'int8', 'float8', 'name', 'text', '"char"', 'bool', 'jsonb', 'text[]', 'name[]', 'oid[]', 'xid',
  'interval', 'timestamptz', 'regclass',
]; // prettier-ignore

/** Functions of PostgreSQL that SQL like ours calls. */
const FUNCTIONS = [
  'current_database', 'current_setting', 'set_config', 'json_build_object', 'jsonb_build_object', 'obj_description', 'format',
  'concat', 'concat_ws', 'quote_ident', 'array_to_string', 'cardinality', 'jsonb_array_length', 'jsonb_array_elements',
  'jsonb_array_elements_text', 'jsonb_each_text', 'pg_get_userbyid', 'pg_has_role', 'has_table_privilege',
  'has_schema_privilege', 'has_database_privilege', 'has_server_privilege', 'has_foreign_data_wrapper_privilege',
  'has_parameter_privilege', 'acldefault', 'aclexplode', 'pg_options_to_table', 'to_regnamespace', 'left', 'substring', 'chr',
  'make_interval', 'clock_timestamp', 'unnest', 'pg_advisory_xact_lock', 'pg_describe_object', 'pg_control_system', 'count',
  'string_agg', 'json_agg', 'jsonb_agg', 'json_object_agg', 'jsonb_object_agg', 'starts_with', 'lower', 'int4', 'int8', 'text',
  'name', 'oid',
]; // prettier-ignore

const RELATIONS = [
  'pg_roles', 'pg_foreign_server', 'pg_foreign_data_wrapper', 'pg_user_mappings', 'pg_user_mapping', 'pg_database', 'pg_settings',
  'pg_extension', 'pg_class', 'pg_namespace', 'pg_trigger', 'pg_policy', 'pg_depend', 'pg_constraint', 'state_layout',
  'state_heads', 'state_records', 'state_locks',
]; // prettier-ignore

/**
 * SQL that fills a schema with whatever could be taken for something of PostgreSQL: each operator between the types that catalogs
 * have, functions with the same arguments, domains with a check in place of types, and views in place of catalogs.
 */
export function traps(attacker: Pick<Attacker, 'name'>, schema: string): string {
  const body = (what: string, result: string): string => literal(trap(attacker, what, result));
  // The attacker's own statements must not fall for it.
  return `SET search_path = pg_catalog; DO $fill$
DECLARE v_left text; v_right text; v_op text; v_result text; v_function record; v_relation text; v_number int := 0;
BEGIN
  FOREACH v_left IN ARRAY ARRAY[${COMPARED.map(literal).join(', ')}] LOOP
    FOREACH v_right IN ARRAY ARRAY[${COMPARED.map(literal).join(', ')}] LOOP
      FOREACH v_op IN ARRAY ARRAY['=', '<>', '<', '>', '||', '+', '*', '/', '->', '->>', '?', '~~'] LOOP
        v_result := CASE WHEN v_op IN ('=', '<>', '<', '>', '?', '~~') THEN 'bool' WHEN v_op = '->' THEN 'jsonb' ELSE 'text' END;
        v_number := v_number + 1;
        EXECUTE format('CREATE FUNCTION ${schema}.trap_%s(pg_catalog.%s, pg_catalog.%s) RETURNS pg_catalog.%s ', v_number, v_left, v_right, v_result)
          || replace(${body('OPERATOR', 'NULL')}, 'OPERATOR''', format('%s %s %s''', v_left, v_op, v_right));
        EXECUTE format('CREATE OPERATOR ${schema}.%s (LEFTARG = pg_catalog.%s, RIGHTARG = pg_catalog.%s, PROCEDURE = ${schema}.trap_%s)',
          v_op, v_left, v_right, v_number);
      END LOOP;
    END LOOP;
  END LOOP;
  FOR v_function IN SELECT p.proname, pg_get_function_identity_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result
    FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace
      AND p.proname = ANY (ARRAY[${FUNCTIONS.map(literal).join(', ')}])
  LOOP
    BEGIN
      EXECUTE format('CREATE FUNCTION ${schema}.%I(%s) RETURNS %s ', v_function.proname, v_function.arguments, v_function.result)
        || replace(${body('FUNCTION', 'NULL')}, 'FUNCTION''', v_function.proname || '()''');
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
  EXECUTE 'CREATE FUNCTION ${schema}.trap_value(anyelement) RETURNS pg_catalog.bool ' || ${body('type', 'true')};
  FOREACH v_left IN ARRAY ARRAY['text', 'oid', 'int4', 'int8', 'jsonb', 'name', 'float8', 'timestamptz'] LOOP
    EXECUTE format('CREATE DOMAIN ${schema}.%I AS pg_catalog.%I CHECK (${schema}.trap_value(VALUE))', v_left, v_left);
  END LOOP;
  EXECUTE 'CREATE FUNCTION ${schema}.trap_row() RETURNS pg_catalog.bool ' || ${body('relation', 'true')};
  FOREACH v_relation IN ARRAY ARRAY[${RELATIONS.map(literal).join(', ')}] LOOP
    EXECUTE format('CREATE VIEW ${schema}.%I AS SELECT ${schema}.trap_row() AS oid', v_relation);
    EXECUTE format('GRANT SELECT ON ${schema}.%I TO PUBLIC', v_relation);
  END LOOP;
END $fill$`;
}
