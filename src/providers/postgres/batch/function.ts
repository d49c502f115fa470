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
}

/** One statement, or what the function makes one from at that moment. */
export type Step = { readonly address: string } & (
  | { readonly do: 'sql'; readonly sql: string }
  | { readonly do: 'mark'; readonly server: string; readonly mark: string }
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

const FIND = `CREATE FUNCTION pg_temp.secrets_find(target pg_catalog.jsonb) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $secrets$
DECLARE
  v_role oid := CASE target->>'role' WHEN 'public' THEN 0
    ELSE (SELECT r.oid FROM pg_roles r WHERE r.rolname = target->>'role') END;
  v_id text; v_version text; v_server record;
BEGIN
  IF target->>'kind' = 'fdw_usage' THEN
    SELECT w.oid || '/' || v_role INTO v_id FROM pg_foreign_data_wrapper w
    WHERE w.fdwname = '${WRAPPER}' AND EXISTS (SELECT FROM ${usageGrants('w.fdwacl', 'F', 'w.fdwowner')} a
      WHERE a.grantee = v_role AND a.privilege_type = 'USAGE');
    RETURN jsonb_build_object('id', v_id, 'version', 'granted');
  END IF;
  SELECT f.oid, f.srvowner, f.srvacl, f.xmin::text AS version INTO v_server
  FROM pg_foreign_server f JOIN pg_foreign_data_wrapper w ON w.oid = f.srvfdw AND w.fdwname = '${WRAPPER}'
  WHERE f.srvname = target->>'server';
  IF target->>'kind' = 'duckdb_server' THEN
    v_id := v_server.oid::text; v_version := v_server.version;
  ELSIF target->>'kind' = 'user_mapping' THEN
    SELECT m.umid::text INTO v_id FROM pg_user_mappings m WHERE m.srvid = v_server.oid AND m.umuser = v_role;
    IF v_id IS NOT NULL AND has_table_privilege('pg_catalog.pg_user_mapping', 'SELECT') THEN
      EXECUTE 'SELECT xmin::text FROM pg_catalog.pg_user_mapping WHERE oid = $1::oid' INTO v_version USING v_id;
    END IF;
  ELSE
    SELECT v_server.oid || '/' || v_role INTO v_id
    FROM ${usageGrants('v_server.srvacl', 'S', 'v_server.srvowner')} a
    WHERE v_server.oid IS NOT NULL AND a.grantee = v_role AND a.privilege_type = 'USAGE' LIMIT 1;
    v_version := 'granted';
  END IF;
  RETURN jsonb_build_object('id', v_id, 'version', v_version,
    'stack', substring(obj_description(v_server.oid, 'pg_foreign_server') FROM '${MARK_PATTERN}'));
END $secrets$`;

const APPLY = `CREATE FUNCTION pg_temp.secrets_apply(batch pg_catalog.jsonb) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $secrets$
DECLARE
  v_item jsonb; v_found jsonb; v_at text; v_have jsonb; v_visible boolean; v_parts text[]; v_name text; v_value text;
  v_comment text; v_ids jsonb := '{}'; v_kept jsonb := '{}';
  v_state text; v_message text; v_detail text; v_hint text;
BEGIN
  FOR v_item IN SELECT e.value FROM jsonb_array_elements(batch->'checks') e LOOP
    v_at := v_item->>'address';
    v_found := pg_temp.secrets_find(v_item);
    IF v_item->>'id' IS NULL THEN
      IF v_found->>'id' IS NOT NULL THEN RETURN jsonb_build_object('failed', v_at, 'why', 'exists'); END IF;
      CONTINUE;
    END IF;
    IF v_found->>'id' IS NULL THEN RETURN jsonb_build_object('failed', v_at, 'why', 'gone'); END IF;
    IF v_found->>'id' <> v_item->>'id'
      OR (v_item->>'version' IS NOT NULL AND v_found->>'version' IS NOT NULL
        AND v_found->>'version' <> v_item->>'version') THEN
      RETURN jsonb_build_object('failed', v_at, 'why', 'changed');
    END IF;
    IF v_found->>'stack' <> batch->>'stack' AND v_item->>'kind' <> 'fdw_usage' THEN
      RETURN jsonb_build_object('failed', v_at, 'why', 'marked', 'message', v_found->>'stack');
    END IF;
  END LOOP;
  FOR v_item IN SELECT e.value FROM jsonb_array_elements(batch->'steps') e LOOP
    v_at := v_item->>'address';
    CASE v_item->>'do'
    WHEN 'sql' THEN
      EXECUTE v_item->>'sql';
    WHEN 'mark' THEN
      SELECT COALESCE(v_kept->(v_item->>'server')->>'comment', obj_description(f.oid, 'pg_foreign_server'))
      INTO v_comment FROM pg_foreign_server f WHERE f.srvname = v_item->>'server';
      IF substring(v_comment FROM '${MARK_PATTERN}') IS NULL THEN
        EXECUTE format('COMMENT ON SERVER %I IS %L', v_item->>'server',
          concat_ws(E'\\n', nullif(v_comment, ''), v_item->>'mark'));
      ELSIF v_kept ? (v_item->>'server') THEN
        EXECUTE format('COMMENT ON SERVER %I IS %L', v_item->>'server', v_comment);
      END IF;
    WHEN 'keep' THEN
      SELECT v_kept || jsonb_build_object(f.srvname, jsonb_build_object(
        'owner', pg_get_userbyid(f.srvowner), 'comment', obj_description(f.oid, 'pg_foreign_server'),
        'grants', (SELECT COALESCE(jsonb_agg(DISTINCT ${roleName('a.grantee')}), '[]')
          FROM ${usageGrants('f.srvacl', 'S', 'f.srvowner')} a
          WHERE a.privilege_type = 'USAGE' AND a.grantee <> f.srvowner)))
      INTO v_kept FROM pg_foreign_server f WHERE f.srvname = v_item->>'server';
    WHEN 'regrant' THEN
      FOR v_name IN SELECT e.value FROM jsonb_array_elements_text(v_kept->(v_item->>'server')->'grants') e
        WHERE NOT (v_item->'without') ? e.value
      LOOP
        EXECUTE format('GRANT USAGE ON FOREIGN SERVER %I TO ', v_item->>'server')
          || CASE v_name WHEN 'public' THEN 'PUBLIC' ELSE quote_ident(v_name) END;
      END LOOP;
    WHEN 'reown' THEN
      v_name := v_kept->(v_item->>'server')->>'owner';
      IF v_name <> current_user THEN
        EXECUTE format('ALTER SERVER %I OWNER TO %I', v_item->>'server', v_name);
      END IF;
    WHEN 'alter' THEN
      v_visible := true;
      IF v_item->>'role' IS NULL THEN
        SELECT jsonb_object_agg(o.option_name, true) INTO v_have
        FROM pg_foreign_server f, pg_options_to_table(f.srvoptions) o WHERE f.srvname = v_item->>'server';
      ELSE
        SELECT ${MAPPING_VISIBLE},
          (SELECT jsonb_object_agg(o.option_name, true) FROM pg_options_to_table(m.umoptions) o)
        INTO v_visible, v_have
        FROM pg_user_mappings m JOIN pg_foreign_server s ON s.oid = m.srvid
        WHERE s.srvname = v_item->>'server'
          AND CASE WHEN v_item->>'role' = 'public' THEN m.umuser = 0 ELSE m.usename = v_item->>'role' AND m.umuser <> 0 END;
      END IF;
      v_have := COALESCE(v_have, '{}');
      IF NOT v_visible THEN
        IF jsonb_array_length(v_item->'recreate') = 0 THEN
          RETURN jsonb_build_object('failed', v_at, 'why', 'hidden');
        END IF;
        FOR v_value IN SELECT e.value FROM jsonb_array_elements_text(v_item->'recreate') e LOOP
          EXECUTE v_value;
        END LOOP;
        CONTINUE;
      END IF;
      v_parts := '{}';
      FOR v_name, v_value IN SELECT e.key, e.value FROM jsonb_each_text(v_item->'set') e LOOP
        v_parts := v_parts || format(CASE WHEN v_have ? v_name THEN 'SET %I %L' ELSE 'ADD %I %L' END, v_name, v_value);
      END LOOP;
      FOR v_name IN SELECT e.value FROM jsonb_array_elements_text(v_item->'drop') e LOOP
        IF v_have ? v_name THEN v_parts := v_parts || format('DROP %I', v_name); END IF;
      END LOOP;
      IF cardinality(v_parts) > 0 THEN
        EXECUTE (v_item->>'prefix') || ' OPTIONS (' || array_to_string(v_parts, ', ') || ')';
      END IF;
    END CASE;
  END LOOP;
  v_at := NULL;
  FOR v_item IN SELECT e.value FROM jsonb_array_elements(batch->'targets') e LOOP
    v_ids := v_ids || jsonb_build_object(v_item->>'address', pg_temp.secrets_find(v_item)->>'id');
  END LOOP;
  RETURN jsonb_build_object('ids', v_ids);
EXCEPTION WHEN query_canceled OR assert_failure OR OTHERS THEN
  -- An error that leaves this block would put the statement into the log, so the client gets it as a result.
  GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL,
    v_hint = PG_EXCEPTION_HINT;
  RETURN jsonb_build_object('failed', v_at, 'why', 'error', 'sqlstate', v_state, 'message', v_message,
    'detail', v_detail, 'hint', v_hint);
END $secrets$`;

/**
 * SQL that creates the batch function in the session's temporary schema. The function takes the whole batch as one parameter, so
 * that no statement with a value in it is ever sent, and catches every error (DuckDB wrapper contract, "The server's log").
 */
export const CREATE_SQL = `${FIND};\n${APPLY}`;

/** Runs the batch: `$1` is the batch as JSON. */
export const CALL_SQL = 'SELECT pg_temp.secrets_apply($1::pg_catalog.jsonb) AS answer';

/** Drops the functions before the transaction ends. */
export const DROP_SQL =
  'DROP FUNCTION pg_temp.secrets_apply(pg_catalog.jsonb); DROP FUNCTION pg_temp.secrets_find(pg_catalog.jsonb)';
