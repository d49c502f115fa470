/** Which system a provider talks to. The state is bound to it: another one under the same provider name is refused. */
export interface SystemIdentity {
  /** The provider's type: `singlestore`, `postgres`. */
  readonly type: string;
  /** Never changes: the organization's id; the database system's identifier and the database's name. */
  readonly id: string;
  /** Its name, for people. */
  readonly name: string;
  /** Who `self` is there: `user:ana@example.com`, a role's name. The identity of the tool, unless the configuration names another one. */
  readonly principal: string;
  /** The identity of the tool, where the configuration names another one that is to apply: `self` of the provider. */
  readonly actor?: string;
}

/** The users and teams of a system, as owner safety needs them. Principals are written `user:<email>` and `team:<name>`. */
export interface PrincipalDirectory {
  /** The principal of the identity that runs the tool. */
  readonly self: string;
  /** All users of the organization. */
  readonly users: readonly string[];
  readonly teams: readonly {
    readonly principal: string;
    /** Its direct members, users and teams. */
    readonly members: readonly string[];
  }[];
}
