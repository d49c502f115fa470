import { fieldText, kindTable } from '../../model/index.js';
import type { Fields, KindPolicy } from '../../model/index.js';
import { isAwsChain } from './traps.js';

/**
 * A server's TYPE cannot be altered ("42601"), and a MotherDuck server's options cannot either: every ALTER of it fails with
 * `MotherDuck FDW already exists`. One whose credentials are gone from the host is healed by DROP SERVER alone, so `validation` and
 * a provider after `credential_chain` mean a new server (DuckDB wrapper contract).
 */
function mustReplaceServer(path: string, wanted: Fields): boolean {
  if (path === 'type' || path === 'options.validation') return true;
  const type = fieldText(wanted['type'])?.toLowerCase() ?? '';
  if (path === 'options.provider' && isAwsChain(type, 'credential_chain')) {
    return !isAwsChain(type, fieldText(wanted['options.provider']));
  }
  return path.startsWith('options.') && type === 'motherduck';
}

/** Whether a name is a keyword for the connected role (PostgreSQL, "CREATE USER MAPPING", "GRANT"). */
export function isRoleKeyword(name: string): boolean {
  return /^(current_user|current_role|session_user|user)$/i.test(name);
}

/**
 * What the planner must know of the kinds that live behind the `duckdb` wrapper. DROP SERVER takes the USAGE on the server
 * along, but is refused while a user mapping hangs on it.
 */
export const policies: readonly KindPolicy[] = [
  {
    kind: 'duckdb_server',
    renames: true,
    isList: false,
    mustReplace: mustReplaceServer,
    managedWhereNamed: ['owner'],
    ownerField: 'owner',
    cascades: false,
    isMarked: true,
    // CREATE SERVER makes the current role the owner.
    creatorOwns: (desired) => desired['owner'] === undefined,
  },
  {
    kind: 'user_mapping',
    mayMeanAnother: isRoleKeyword,
    parent: 'duckdb_server',
    isList: false,
    mustReplace: () => false,
    managedWhereNamed: [],
    cascades: false,
  },
  {
    kind: 'server_usage',
    mayMeanAnother: isRoleKeyword,
    parent: 'duckdb_server',
    isList: true,
    mustReplace: () => false,
    managedWhereNamed: [],
    cascades: true,
  },
  {
    kind: 'fdw_usage',
    mayMeanAnother: isRoleKeyword,
    isList: true,
    mustReplace: () => false,
    managedWhereNamed: [],
    cascades: false,
  },
];

/** The kinds of this provider, and their addresses. */
export const kinds = kindTable(policies);
