import { EQ, sqlState } from '../../net/sql/index.js';
import { queryDocument, readDocument, readFailure } from './document.js';
import type { Reader } from './document.js';
import { WRAPPER } from './sql.js';

/** Which database a connection leads to, and as which role. */
export interface Identity {
  /** The system identifier of the cluster, or what replaces it. */
  readonly system: string | null;
  readonly database: string;
  /** The current role. */
  readonly principal: string;
  /** `server_version_num`. */
  readonly version: number;
  /** Whether the role may read the catalog `pg_user_mapping`. */
  readonly catalog: boolean;
  /** Whether the server is a standby: nothing can be written there. */
  readonly isStandby: boolean;
  /** Whether transactions are read-only unless they say otherwise (`default_transaction_read_only`). */
  readonly isReadOnly: boolean;
}

const SYSTEM_IDENTIFIER = 'SELECT c.system_identifier FROM pg_catalog.pg_control_system() c';

const OBJECT_IDS = `SELECT pg_catalog.concat('oid-', d.oid, '-', COALESCE(w.oid, 0::pg_catalog.oid)) FROM pg_catalog.pg_database d
      LEFT JOIN pg_catalog.pg_foreign_data_wrapper w ON w.fdwname ${EQ} '${WRAPPER}' WHERE d.datname ${EQ} pg_catalog.current_database()`;

/**
 * Finds out which database it is, and which role.
 *
 * A database is identified by its name and the system identifier of its cluster, which initdb chooses; both survive restarts,
 * minor upgrades and failovers to a physical copy. Every role may call `pg_control_system()`, unless an administrator revoked that;
 * then the OIDs of the database and of the wrapper replace it: they differ between databases that were created separately, and
 * never change while the database exists.
 * @throws UnreachableError where the server does not answer; DiagnosticError where it refuses
 */
export async function identify(reader: Reader): Promise<Identity> {
  try {
    return await queryDocument<Identity>(reader, identitySql(SYSTEM_IDENTIFIER));
  } catch (error) {
    // 42501: EXECUTE on the function was revoked from PUBLIC.
    if (sqlState(error) !== '42501') {
      throw readFailure(error, reader, 'identified');
    }
  }
  return readDocument<Identity>(reader, identitySql(OBJECT_IDS));
}

function identitySql(system: string): string {
  return `SELECT pg_catalog.json_build_object(
  'system', (${system})::pg_catalog.text,
  'database', pg_catalog.current_database(),
  'principal', current_user,
  'version', pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
  'isStandby', pg_catalog.pg_is_in_recovery(),
  'isReadOnly', pg_catalog.current_setting('default_transaction_read_only') ${EQ} 'on',
  'catalog', pg_catalog.has_table_privilege('pg_catalog.pg_user_mapping', 'SELECT')) AS document`;
}
