import type { Kind } from './address.js';
import type { Fields } from './field.js';

/** What the planner must know of a kind of resource; each provider says it of its own. */
export interface KindPolicy {
  readonly kind: Kind;
  /**
   * Whether a difference in this field cannot be mended in place, so that the resource must be replaced. Pure; sees the
   * resource as wanted, since what can be altered may depend on its type.
   */
  readonly mustReplace: (path: string, wanted: Fields) => boolean;
  /** Fields that are only managed where the configuration names them (`owner`). */
  readonly managedWhereNamed: readonly string[];
  /** Removing the parent removes it without a step of its own (a share, USAGE on a server). */
  readonly diesWithParent: boolean;
}
