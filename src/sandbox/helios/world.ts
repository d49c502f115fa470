import { strictClock, type Tick } from './clock.js';
import { shuffled, uuidOf } from './ids.js';
import { builtInRoles, type RoleDefinition } from './roles.js';

/*
 * The emulated organization as plain state. The rules stand beside it: `identities.ts` (users, teams, keys),
 * `access.ts` (who may do what), `sharing.ts` (grants), `secrets.ts`, `lifecycle.ts` (removal). None knows HTTP.
 */

/** The kinds of user in the management API contract. */
export type UserKind = 'Standard' | 'ServiceAccount' | 'CloudPrincipal';

/** A user of the organization. */
export interface User {
  readonly userID: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly userKind: UserKind;
}

/** A team; its members are ids of users and of other teams (teams nest, and may form a cycle). */
export interface Team {
  readonly teamID: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: string;
  readonly memberUsers: Set<string>;
  readonly memberTeams: Set<string>;
}

/** Somebody invited to the organization; `Pending` until the person has joined. */
export interface Invitation {
  readonly invitationID: string;
  readonly email: string;
  readonly teamIDs: readonly string[];
  readonly state: 'Pending' | 'Accepted';
}

/** An API key; it acts as its user. `denied` holds the reason of a 403 on every call. */
export interface ApiKey {
  readonly name: string;
  readonly token: string;
  readonly userID: string;
  readonly revoked: boolean;
  readonly expiresAt?: string;
  readonly denied?: string;
}

/** Who holds a grant. */
export interface Identity {
  readonly kind: 'user' | 'team';
  readonly id: string;
}

/** Where an inherited grant comes from. */
export interface Origin {
  readonly resourceID: string;
  readonly resourceType: string;
  readonly role: string;
}

/** One role of one identity on one secret. A grant with `inheritedFrom` is made elsewhere and cannot be revoked. */
export interface Grant {
  readonly role: string;
  readonly identity: Identity;
  readonly createdAt: string;
  readonly createdBy?: string;
  readonly inheritedFrom?: Origin;
}

/** How a secret came to its end. */
export interface Removal {
  readonly deletedAt: string;
  readonly deletedBy?: string;
  readonly because: 'deleted' | 'no owner';
}

/** A secret, living or (with `removal`) soft-deleted. The `…By` fields are user ids. */
export interface SecretRecord {
  readonly secretID: string;
  readonly name: string;
  readonly createdBy: string;
  readonly createdAt: string;
  value: string;
  lastUpdatedBy: string;
  lastUpdatedAt: string;
  grants: readonly Grant[];
  removal?: Removal;
}

/** Everything that the emulated organization knows. */
export interface World {
  readonly organization: {
    readonly orgID: string;
    readonly name: string;
    readonly firewallRanges: readonly string[];
  };
  readonly users: Map<string, User>;
  readonly teams: Map<string, Team>;
  readonly invitations: Map<string, Invitation>;
  /** By token. */
  readonly keys: Map<string, ApiKey>;
  /** By id, soft-deleted ones included. */
  readonly secrets: Map<string, SecretRecord>;
  /** The roles on secrets, by name. */
  readonly roles: Map<string, RoleDefinition>;
  /** The most bytes (UTF-8) that a value may have. */
  readonly maxValueBytes: number;
  readonly now: () => Date;
  readonly tick: Tick;
  /** A new id; the same sequence of calls gives the same ids. */
  readonly newID: (kind: string) => string;
  /** A list in an order that changes from call to call, as the order of lists is not documented. */
  readonly shuffle: <T>(items: readonly T[], keyOf: (item: T) => string) => T[];
}

/** What an empty world starts from. */
export interface WorldFrame {
  readonly organization: { readonly orgID?: string; readonly name: string };
  readonly now: () => Date;
  readonly maxValueBytes: number;
  /** Two worlds with different texts have different ids. */
  readonly idSeed: string;
}

/** A world with an organization and the built-in roles, and nobody in it. */
export function createWorld(frame: WorldFrame): World {
  let made = 0;
  let listings = 0;
  return {
    organization: {
      orgID: frame.organization.orgID ?? uuidOf(`${frame.idSeed}/organization/${frame.organization.name}`),
      name: frame.organization.name,
      firewallRanges: ['127.0.0.1/32'],
    },
    users: new Map(),
    teams: new Map(),
    invitations: new Map(),
    keys: new Map(),
    secrets: new Map(),
    roles: new Map(builtInRoles.map((role) => [role.name, role])),
    maxValueBytes: frame.maxValueBytes,
    now: frame.now,
    tick: strictClock(frame.now),
    newID: (kind) => uuidOf(`${frame.idSeed}/${kind}/${String(++made)}`),
    shuffle: (items, keyOf) => shuffled(items, `${frame.idSeed}/${String(++listings)}`, keyOf),
  };
}
