/** Which system a provider talks to. The state is bound to it: another one under the same provider name is refused. */
export interface SystemIdentity {
  /** The provider's type: `singlestore`, `postgres`. */
  readonly type: string;
  /** What never changes: the organization's id; the database system's identifier and the database's name. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** Who we are there: `user:ana@example.com`, a role's name. */
  readonly principal: string;
}

/** Who is who in a system, as far as owner safety needs it. Principals are written `user:<email>` and `team:<name>`. */
export interface PrincipalDirectory {
  /** Who the tool runs as. */
  readonly self: string;
  /** Everyone who is a user of the organization. */
  readonly users: readonly string[];
  readonly teams: readonly {
    readonly principal: string;
    /** Its direct members, users and teams. */
    readonly members: readonly string[];
  }[];
}
