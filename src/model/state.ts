import type { Plain } from './field.js';

/** The version of the state's format that this program writes. */
export const STATE_VERSION = 2;

/** What the state remembers of one resource that it owns. Never a value of a secret. */
export interface StateRecord {
  readonly address: string;
  /** The system's id of the object: another object under the same name is not ours. */
  readonly id: string;
  /** When it was last applied (RFC 3339, UTC). */
  readonly appliedAt: string;
  /** The fields that are not sensitive, as last applied. */
  readonly fields: Readonly<Record<string, Plain>>;
  /** Keyed fingerprints of the sensitive fields, as last applied; empty where there is no key. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** The address that the fingerprints were made under, where the resource has moved since. */
  readonly fingerprintedAs?: string;
  /** The names of the sensitive fields, as last applied. */
  readonly sensitiveFields: readonly string[];
  /** What the system said of the last change, right after we made it. */
  readonly changedAt?: string;
  readonly changedBy?: string;
  /** What must be destroyed before it may go: kept, since the configuration no longer says when it is removed. */
  readonly dependsOn: readonly string[];
  /** Taken in after an interrupted run: it is ours, but what of it was applied is not known. */
  readonly unfinished?: boolean;
  /** Applied with `self: drop`: what runs this may not see it any more, though it is there. */
  readonly handedOver?: boolean;
  readonly protect?: boolean;
  readonly onRemove?: 'delete' | 'forget';
}

/**
 * Something that a run was about to make. Kept before the first write to a system, and gone when its end is known; what is
 * still there tells the next run of an earlier one that was interrupted.
 */
export interface Intent {
  readonly address: string;
  /** When the run was about to make it (RFC 3339, UTC). Its name was free then. */
  readonly at: string;
  /** Who the run was in that system, as its principal. */
  readonly by: string;
}

/** A saved plan that was applied, or at least begun: it is not applied a second time. */
export interface AppliedPlan {
  /** The plan's id. */
  readonly id: string;
  /** When it was begun (RFC 3339, UTC). */
  readonly at: string;
}

/** The system that a provider's records belong to. */
export interface StateBinding {
  readonly type: string;
  readonly id: string;
  readonly name: string;
}

/** The whole state of one stack. `version`, `serial` and `lineage` stand at the top, as Terraform's do. */
export interface StateData {
  readonly version: typeof STATE_VERSION;
  /** Grows by one with every write. */
  readonly serial: number;
  /** Made once, with the first write: tells one state from another of the same name. */
  readonly lineage: string;
  readonly stack: string;
  readonly systems: Readonly<Record<string, StateBinding>>;
  /** Sorted by address. */
  readonly records: readonly StateRecord[];
  /** Absent where no run was interrupted. Sorted by address. */
  readonly intents?: readonly Intent[];
  /** The saved plans that were applied last, the latest first. Absent where none was. */
  readonly plans?: readonly AppliedPlan[];
}
