import { hasActingOwner } from './access.js';
import type { Grant, Removal, SecretRecord, World } from './world.js';

/** A secret without its value. */
export interface DumpedSecret {
  readonly secretID: string;
  readonly name: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly lastUpdatedBy: string;
  readonly lastUpdatedAt: string;
  readonly grants: readonly Grant[];
  /** Whether there is an Owner who can act; false for a removed secret only. */
  readonly hasOwner: boolean;
  readonly removal?: Removal;
}

/** The world as plain data: no value of a secret, no token of a key. */
export interface WorldDump {
  readonly organization: World['organization'];
  readonly users: readonly unknown[];
  readonly teams: readonly unknown[];
  readonly invitations: readonly unknown[];
  readonly keys: readonly { readonly name: string; readonly userID: string; readonly revoked: boolean }[];
  readonly roles: readonly unknown[];
  /** Soft-deleted ones included. */
  readonly secrets: readonly DumpedSecret[];
}

function dumpSecret(world: World, secret: SecretRecord): DumpedSecret {
  const { secretID, name, createdBy, createdAt, lastUpdatedBy, lastUpdatedAt, grants, removal } = secret;
  return {
    secretID,
    name,
    createdBy,
    createdAt,
    lastUpdatedBy,
    lastUpdatedAt,
    grants,
    hasOwner: removal === undefined && hasActingOwner(world, secret),
    ...(removal === undefined ? {} : { removal }),
  };
}

/** All of the world but values and tokens, in the order in which things were made. */
export function dumpWorld(world: World): WorldDump {
  return {
    organization: world.organization,
    users: [...world.users.values()],
    teams: [...world.teams.values()].map((team) => ({
      ...team,
      memberUsers: [...team.memberUsers],
      memberTeams: [...team.memberTeams],
    })),
    invitations: [...world.invitations.values()],
    keys: [...world.keys.values()].map(({ name, userID, revoked }) => ({ name, userID, revoked })),
    roles: [...world.roles.values()],
    secrets: [...world.secrets.values()].map((secret) => dumpSecret(world, secret)),
  };
}
