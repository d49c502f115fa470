import { escapeLiteral } from 'pg';
import { EQ, NE, PINNED_PATH, PIN_SQL, TEXT_OF, operator } from '../../../net/sql/index.js';
import { MARK_PATTERN } from '../mark.js';
import { MAPPING_VISIBLE, roleName, usageGrants, WRAPPER } from '../sql.js';

/** An object as the function looks it up: by name, at the moment of the write. */
export interface Target {
  readonly address: string;
  readonly kind: 'duckdb_server' | 'user_mapping' | 'server_usage' | 'fdw_usage';
  readonly server?: string;
  /** A role's name, or `public`. */
  readonly role?: string;
}

/** A condition that is checked before the first statement. */
export interface Check extends Target {
  /** The id that the object must have; null: it must not exist. */
  readonly id: string | null;
  /** The version that it must have; absent where it cannot be read. */
  readonly version?: string;
  /** The stack whose mark its server may carry, besides our own. */
  readonly from?: string;
}

/** One statement, or what the function makes one from at that moment. */
export type Step = { readonly address: string } & (
  | { readonly do: 'sql'; readonly sql: string }
  /** Sets the mark, unless the server has it. `from`: the stack whose mark it replaces. */
  | { readonly do: 'mark'; readonly server: string; readonly mark: string; readonly from?: string }
  | { readonly do: 'unmark'; readonly server: string }
  /** Remembers owner, USAGE and comment of a server that is dropped and recreated. */
  | { readonly do: 'keep'; readonly server: string }
  /** Grants USAGE again to the roles that had it, except for these. */
  | { readonly do: 'regrant'; readonly server: string; readonly without: readonly string[] }
  /** Gives the server back to its former owner. */
  | { readonly do: 'reown'; readonly server: string }
  | {
      readonly do: 'alter';
      readonly server: string;
      /** Absent for the server itself. */
      readonly role?: string;
      /** The statement up to its OPTIONS. */
      readonly prefix: string;
      readonly set: Readonly<Record<string, string>>;
      readonly drop: readonly string[];
      /** Statements that recreate the mapping where its options cannot be read; none: refuse. */
      readonly recreate: readonly string[];
    }
);

/** Everything that one call of the batch function does. */
export interface Batch {
  readonly stack: string;
  readonly checks: readonly Check[];
  readonly steps: readonly Step[];
  /** The objects whose ids are returned. */
  readonly targets: readonly Target[];
}

/** The result of the batch function. */
export type BatchResult =
  | { readonly ids: Readonly<Record<string, string | null>> }
  | {
      readonly failed: string | null;
      readonly why: 'changed' | 'gone' | 'exists' | 'marked' | 'hidden' | 'error';
      readonly sqlstate?: string;
      readonly message?: string;
      readonly detail?: string;
      readonly hint?: string;
    };

/** The setting of the transaction that keeps the session's own `search_path`. */
const CALLER_PATH = 'secrets.search_path';

const CONCAT = operator('||');
const PART_OF = operator('->');
const HAS_KEY = operator('?');
const TEXT = 'pg_catalog.text';
/** A mark's stack in a comment. */
const stackIn = (comment: string): string =>
  `pg_catalog.substring(${comment}, ${escapeLiteral(MARK_PATTERN)})`;
/** The comment at hand without its mark. */
const WITHOUT_MARK = `pg_catalog.regexp_replace(v_comment, ${escapeLiteral(MARK_PATTERN)}, '')`;
/** A text of the step at hand. */
const item = (name: string): string => `(v_item ${TEXT_OF} '${name}')`;
/** What was kept of the server of the step at hand. */
const KEPT = `(v_kept ${PART_OF} ${item('server')})`;

const FIND = `CREATE FUNCTION pg_temp.secrets_find(v_target pg_catalog.jsonb) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SET search_path = ${PINNED_PATH} AS $secrets$
DECLARE
  v_kind ${TEXT} := v_target ${TEXT_OF} 'kind';
  v_role pg_catalog.oid := CASE WHEN v_target ${TEXT_OF} 'role' ${EQ} 'public' THEN 0::pg_catalog.oid
    ELSE (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname ${EQ} (v_target ${TEXT_OF} 'role')::pg_catalog.name) END;
  v_id ${TEXT}; v_version ${TEXT}; v_server pg_catalog.record;
BEGIN
  IF v_kind ${EQ} 'fdw_usage' THEN
    SELECT w.oid::${TEXT} ${CONCAT} '/' ${CONCAT} v_role::${TEXT} INTO v_id FROM pg_catalog.pg_foreign_data_wrapper w
    WHERE w.fdwname ${EQ} '${WRAPPER}' AND EXISTS (SELECT FROM ${usageGrants('w.fdwacl', 'F', 'w.fdwowner')} a
      WHERE a.grantee ${EQ} v_role AND a.privilege_type ${EQ} 'USAGE');
    RETURN pg_catalog.jsonb_build_object('id', v_id, 'version', 'granted');
  END IF;
  SELECT f.oid, f.srvowner, f.srvacl, f.xmin::${TEXT} AS version INTO v_server
  FROM pg_catalog.pg_foreign_server f
    JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid ${EQ} f.srvfdw AND w.fdwname ${EQ} '${WRAPPER}'
  WHERE f.srvname ${EQ} (v_target ${TEXT_OF} 'server')::pg_catalog.name;
  IF v_kind ${EQ} 'duckdb_server' THEN
    v_id := v_server.oid::${TEXT}; v_version := v_server.version;
  ELSIF v_kind ${EQ} 'user_mapping' THEN
    SELECT m.umid::${TEXT} INTO v_id FROM pg_catalog.pg_user_mappings m
    WHERE m.srvid ${EQ} v_server.oid AND m.umuser ${EQ} v_role;
    IF v_id IS NOT NULL AND pg_catalog.has_table_privilege('pg_catalog.pg_user_mapping', 'SELECT') THEN
      EXECUTE 'SELECT xmin::${TEXT} FROM pg_catalog.pg_user_mapping WHERE oid ${EQ} $1::pg_catalog.oid'
      INTO v_version USING v_id;
    END IF;
  ELSE
    SELECT v_server.oid::${TEXT} ${CONCAT} '/' ${CONCAT} v_role::${TEXT} INTO v_id
    FROM ${usageGrants('v_server.srvacl', 'S', 'v_server.srvowner')} a
    WHERE v_server.oid IS NOT NULL AND a.grantee ${EQ} v_role AND a.privilege_type ${EQ} 'USAGE' LIMIT 1;
    v_version := 'granted';
  END IF;
  RETURN pg_catalog.jsonb_build_object('id', v_id, 'version', v_version,
    'stack', ${stackIn("pg_catalog.obj_description(v_server.oid, 'pg_foreign_server')")});
END $secrets$`;

/*
 * DDL runs under the session's own search_path, since event triggers of other people may need it. There PL/pgSQL plans its own
 * expressions under that path, too, and an operator of somebody else's could be among them. So the statements are built first, into
 * v_statements, and nothing but EXECUTE of a variable and set_config() is between switching the path and pinning it.
 */
const APPLY = `CREATE FUNCTION pg_temp.secrets_apply(v_batch pg_catalog.jsonb) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SET search_path = ${PINNED_PATH} AS $secrets$
DECLARE
  v_caller ${TEXT} := pg_catalog.current_setting('${CALLER_PATH}');
  v_item pg_catalog.jsonb; v_found pg_catalog.jsonb; v_at ${TEXT}; v_do ${TEXT};
  v_statements ${TEXT}[]; v_statement ${TEXT};
  v_have pg_catalog.jsonb; v_visible boolean; v_parts ${TEXT}[]; v_name ${TEXT}; v_value ${TEXT};
  v_comment ${TEXT}; v_ids pg_catalog.jsonb; v_kept pg_catalog.jsonb := '{}';
  v_state ${TEXT}; v_message ${TEXT}; v_detail ${TEXT}; v_hint ${TEXT};
BEGIN
  FOR v_item IN SELECT e.value FROM pg_catalog.jsonb_array_elements(v_batch ${PART_OF} 'checks') e LOOP
    v_at := ${item('address')};
    v_found := pg_temp.secrets_find(v_item);
    IF ${item('id')} IS NULL THEN
      IF v_found ${TEXT_OF} 'id' IS NOT NULL THEN
        RETURN pg_catalog.jsonb_build_object('failed', v_at, 'why', 'exists');
      END IF;
      CONTINUE;
    END IF;
    IF v_found ${TEXT_OF} 'id' IS NULL THEN
      RETURN pg_catalog.jsonb_build_object('failed', v_at, 'why', 'gone');
    END IF;
    IF (v_found ${TEXT_OF} 'id') ${NE} ${item('id')}
      OR (${item('version')} IS NOT NULL AND v_found ${TEXT_OF} 'version' IS NOT NULL
        AND (v_found ${TEXT_OF} 'version') ${NE} ${item('version')}) THEN
      RETURN pg_catalog.jsonb_build_object('failed', v_at, 'why', 'changed');
    END IF;
    IF (v_found ${TEXT_OF} 'stack') ${NE} (v_batch ${TEXT_OF} 'stack')
      AND (${item('from')} IS NULL OR (v_found ${TEXT_OF} 'stack') ${NE} ${item('from')}) AND ${item('kind')} ${NE} 'fdw_usage' THEN
      RETURN pg_catalog.jsonb_build_object('failed', v_at, 'why', 'marked', 'message', v_found ${TEXT_OF} 'stack');
    END IF;
  END LOOP;
  FOR v_item IN SELECT e.value FROM pg_catalog.jsonb_array_elements(v_batch ${PART_OF} 'steps') e LOOP
    v_at := ${item('address')};
    v_do := ${item('do')};
    v_statements := '{}';
    IF v_do ${EQ} 'sql' THEN
      v_statements := ARRAY[${item('sql')}];
    ELSIF v_do ${EQ} 'mark' THEN
      SELECT COALESCE(${KEPT} ${TEXT_OF} 'comment', pg_catalog.obj_description(f.oid, 'pg_foreign_server'))
      INTO v_comment FROM pg_catalog.pg_foreign_server f WHERE f.srvname ${EQ} ${item('server')}::pg_catalog.name;
      IF ${stackIn('v_comment')} ${EQ} ${item('from')} THEN v_comment := ${WITHOUT_MARK}; END IF;
      IF ${stackIn('v_comment')} IS NULL THEN
        v_statements := ARRAY[pg_catalog.format('COMMENT ON SERVER %I IS %L', ${item('server')},
          pg_catalog.concat_ws(E'\\n', CASE WHEN v_comment ${NE} '' THEN v_comment END, ${item('mark')}))];
      ELSIF v_kept ${HAS_KEY} ${item('server')} THEN
        v_statements := ARRAY[pg_catalog.format('COMMENT ON SERVER %I IS %L', ${item('server')}, v_comment)];
      END IF;
    ELSIF v_do ${EQ} 'unmark' THEN
      SELECT pg_catalog.obj_description(f.oid, 'pg_foreign_server')
      INTO v_comment FROM pg_catalog.pg_foreign_server f WHERE f.srvname ${EQ} ${item('server')}::pg_catalog.name;
      IF ${stackIn('v_comment')} ${EQ} (v_batch ${TEXT_OF} 'stack') THEN
        v_comment := ${WITHOUT_MARK};
        v_statements := ARRAY[pg_catalog.format('COMMENT ON SERVER %I IS %L', ${item('server')},
          CASE WHEN v_comment ${NE} '' THEN v_comment END)];
      END IF;
    ELSIF v_do ${EQ} 'keep' THEN
      SELECT v_kept ${CONCAT} pg_catalog.jsonb_build_object(f.srvname, pg_catalog.jsonb_build_object(
        'owner', pg_catalog.pg_get_userbyid(f.srvowner),
        'comment', pg_catalog.obj_description(f.oid, 'pg_foreign_server'),
        'grants', (SELECT COALESCE(pg_catalog.jsonb_agg(DISTINCT ${roleName('a.grantee')}), '[]')
          FROM ${usageGrants('f.srvacl', 'S', 'f.srvowner')} a
          WHERE a.privilege_type ${EQ} 'USAGE' AND a.grantee ${NE} f.srvowner)))
      INTO v_kept FROM pg_catalog.pg_foreign_server f WHERE f.srvname ${EQ} ${item('server')}::pg_catalog.name;
    ELSIF v_do ${EQ} 'regrant' THEN
      FOR v_name IN SELECT e.value FROM pg_catalog.jsonb_array_elements_text(${KEPT} ${PART_OF} 'grants') e
        WHERE NOT (v_item ${PART_OF} 'without') ${HAS_KEY} e.value
      LOOP
        v_statements := v_statements ${CONCAT} (pg_catalog.format('GRANT USAGE ON FOREIGN SERVER %I TO ', ${item('server')})
          ${CONCAT} CASE WHEN v_name ${EQ} 'public' THEN 'PUBLIC' ELSE pg_catalog.quote_ident(v_name) END);
      END LOOP;
    ELSIF v_do ${EQ} 'reown' THEN
      v_name := ${KEPT} ${TEXT_OF} 'owner';
      IF v_name ${NE} current_user::${TEXT} THEN
        v_statements := ARRAY[pg_catalog.format('ALTER SERVER %I OWNER TO %I', ${item('server')}, v_name)];
      END IF;
    ELSIF v_do ${EQ} 'alter' THEN
      v_visible := true;
      IF ${item('role')} IS NULL THEN
        SELECT pg_catalog.jsonb_object_agg(o.option_name, true) INTO v_have
        FROM pg_catalog.pg_foreign_server f, pg_catalog.pg_options_to_table(f.srvoptions) o
        WHERE f.srvname ${EQ} ${item('server')}::pg_catalog.name;
      ELSE
        SELECT ${MAPPING_VISIBLE},
          (SELECT pg_catalog.jsonb_object_agg(o.option_name, true) FROM pg_catalog.pg_options_to_table(m.umoptions) o)
        INTO v_visible, v_have
        FROM pg_catalog.pg_user_mappings m JOIN pg_catalog.pg_foreign_server s ON s.oid ${EQ} m.srvid
        WHERE s.srvname ${EQ} ${item('server')}::pg_catalog.name
          AND CASE WHEN ${item('role')} ${EQ} 'public' THEN m.umuser ${EQ} 0::pg_catalog.oid
            ELSE m.usename ${EQ} ${item('role')}::pg_catalog.name AND m.umuser ${NE} 0::pg_catalog.oid END;
      END IF;
      v_have := COALESCE(v_have, '{}');
      IF v_visible IS FALSE THEN
        IF pg_catalog.jsonb_array_length(v_item ${PART_OF} 'recreate') ${EQ} 0 THEN
          RETURN pg_catalog.jsonb_build_object('failed', v_at, 'why', 'hidden');
        END IF;
        FOR v_value IN SELECT e.value FROM pg_catalog.jsonb_array_elements_text(v_item ${PART_OF} 'recreate') e LOOP
          v_statements := v_statements ${CONCAT} v_value;
        END LOOP;
      ELSE
        v_parts := '{}';
        FOR v_name, v_value IN SELECT e.key, e.value FROM pg_catalog.jsonb_each_text(v_item ${PART_OF} 'set') e LOOP
          v_parts := v_parts ${CONCAT}
            pg_catalog.format(CASE WHEN v_have ${HAS_KEY} v_name THEN 'SET %I %L' ELSE 'ADD %I %L' END, v_name, v_value);
        END LOOP;
        FOR v_name IN SELECT e.value FROM pg_catalog.jsonb_array_elements_text(v_item ${PART_OF} 'drop') e LOOP
          IF v_have ${HAS_KEY} v_name THEN v_parts := v_parts ${CONCAT} pg_catalog.format('DROP %I', v_name); END IF;
        END LOOP;
        IF pg_catalog.cardinality(v_parts) ${operator('>')} 0 THEN
          v_statements := ARRAY[${item('prefix')} ${CONCAT} ' OPTIONS (' ${CONCAT} pg_catalog.array_to_string(v_parts, ', ') ${CONCAT} ')'];
        END IF;
      END IF;
    ELSE
      RAISE EXCEPTION 'unknown step %', v_do;
    END IF;
    FOREACH v_statement IN ARRAY v_statements LOOP
      PERFORM pg_catalog.set_config('search_path', v_caller, true);
      EXECUTE v_statement;
      PERFORM pg_catalog.set_config('search_path', '${PINNED_PATH}', true);
    END LOOP;
  END LOOP;
  v_at := NULL;
  SELECT COALESCE(pg_catalog.jsonb_object_agg(e.value ${TEXT_OF} 'address', pg_temp.secrets_find(e.value) ${TEXT_OF} 'id'), '{}')
  INTO v_ids FROM pg_catalog.jsonb_array_elements(v_batch ${PART_OF} 'targets') e;
  RETURN pg_catalog.jsonb_build_object('ids', v_ids);
EXCEPTION WHEN query_canceled OR assert_failure OR OTHERS THEN
  -- An error that leaves this block would put the statement into the log, so the client gets it as a result.
  GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL,
    v_hint = PG_EXCEPTION_HINT;
  RETURN pg_catalog.jsonb_build_object('failed', v_at, 'why', 'error', 'sqlstate', v_state, 'message', v_message,
    'detail', v_detail, 'hint', v_hint);
END $secrets$`;

const RESTORE_SQL = `SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('${CALLER_PATH}'), true)`;

/** Keeps the session's own `search_path` for the transaction, and pins ours. */
export const KEEP_AND_PIN_SQL = `SELECT pg_catalog.set_config('${CALLER_PATH}', pg_catalog.current_setting('search_path'), true);
${PIN_SQL}`;

/**
 * SQL that creates the batch function in the session's temporary schema. The function takes the whole batch as one parameter, so
 * that no statement with a value in it is ever sent, and catches every error (DuckDB wrapper contract, "The server's log").
 * It is DDL: see {@link KEEP_AND_PIN_SQL}, which must have run.
 */
export const CREATE_SQL = `${RESTORE_SQL};\n${FIND};\n${APPLY};\n${PIN_SQL}`;

/** Runs the batch: `$1` is the batch as JSON. */
export const CALL_SQL = 'SELECT pg_temp.secrets_apply($1::pg_catalog.jsonb) AS answer';

/** Drops the functions before the transaction ends. */
export const DROP_SQL = `${RESTORE_SQL};
DROP FUNCTION pg_temp.secrets_apply(pg_catalog.jsonb); DROP FUNCTION pg_temp.secrets_find(pg_catalog.jsonb)`;
