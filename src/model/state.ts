import type { Plain } from './field.js';

/** The version of the state's format that this program writes. */
export const STATE_VERSION = 2;

/** What the state records of one resource that it owns. Never a value of a secret. */
export interface StateRecord {
  readonly address: string;
  /** The system's id of the object: another object under the same name is not managed. */
  readonly id: string;
  /** When it was last applied (RFC 3339, UTC). */
  readonly appliedAt: string;
  /** The fields that are not sensitive, as last applied. */
  readonly fields: Readonly<Record<string, Plain>>;
  /** Keyed fingerprints of the sensitive fields, as last applied; empty where there is no key. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** The address that the fingerprints were made for, where the resource has moved since. */
  readonly fingerprintedAs?: string;
  /** Its address as the configuration had it, where the system calls it otherwise. */
  readonly configuredAs?: string;
  /** The id of the object that it is a copy of, until that is destroyed. */
  readonly copiedFrom?: string;
  /** The names of the sensitive fields, as last applied. */
  readonly sensitiveFields: readonly string[];
  /** Those of them whose values were generated: the system alone has them. Absent where there are none. */
  readonly generated?: readonly string[];
  /** The system's time and author of the last change, right after we made it. */
  readonly changedAt?: string;
  readonly changedBy?: string;
  /** Its dependencies. Kept here because the configuration no longer has them when the resource is destroyed. */
  readonly dependsOn: readonly string[];
  /** Recorded after an interrupted run: it is ours, but which of its fields were applied is not known. */
  readonly unfinished?: boolean;
  /** Applied with `self: drop`: this identity may not see it any more, though it exists. */
  readonly handedOver?: boolean;
  /** A run was about to destroy it: where it is not seen any more, that run did so. */
  readonly deleting?: boolean;
  readonly protect?: boolean;
  readonly onRemove?: 'delete' | 'forget';
  /** The file that has it, from the folder of the file that names the stack; absent in states of 0.1.0. */
  readonly file?: string;
}

/**
 * A resource that a run is about to create. Stored before the first write to a system and removed once the outcome is known; an
 * intent that remains tells the next run that an earlier one was interrupted.
 */
export interface Intent {
  readonly address: string;
  /** When it was stored (RFC 3339, UTC). The name was free then. */
  readonly at: string;
  /** The identity of the run in that system, as a principal. */
  readonly by: string;
  /** Keyed fingerprints of the values that it was to be made with; absent where there was no key, or no value. */
  readonly fingerprints?: Readonly<Record<string, string>>;
  /** The id of the object that it was to be a copy of. */
  readonly copiedFrom?: string;
  /** The roles that were to be granted on it, by the address of the grant; absent where there were none. */
  readonly grants?: Readonly<Record<string, string>>;
}

/** A saved plan whose apply was started: it is not applied a second time. */
export interface AppliedPlan {
  /** The plan's id. */
  readonly id: string;
  /** When it was started (RFC 3339, UTC). */
  readonly at: string;
}

/** A configuration that was applied. */
export interface AppliedConfiguration {
  readonly digest: string;
  /** When it was applied first, since another one was (RFC 3339, UTC). */
  readonly at: string;
}

/** The check value of a state whose fingerprints were made without a key. */
export const NO_KEY_CHECK = 'none';

/** The system that a provider's records belong to. */
export interface StateBinding {
  readonly type: string;
  readonly id: string;
  readonly name: string;
}

/** The whole state of one stack. `version`, `serial` and `lineage` come first, as in Terraform's. */
export interface StateData {
  readonly version: typeof STATE_VERSION;
  /** Incremented with every write. */
  readonly serial: number;
  /** Made once, with the first write: distinguishes states of the same name. */
  readonly lineage: string;
  readonly stack: string;
  readonly systems: Readonly<Record<string, StateBinding>>;
  /** Sorted by address. */
  readonly records: readonly StateRecord[];
  /** Absent where there are none. Sorted by address. */
  readonly intents?: readonly Intent[];
  /** The saved plans that were applied last, latest first. Absent where there are none. */
  readonly plans?: readonly AppliedPlan[];
  /** The configurations that were applied last, latest first. Absent in states of 0.1.0. */
  readonly configurations?: readonly AppliedConfiguration[];
  /** What tells the key of its fingerprints from another one; `none` without a key; absent where nothing was to be kept under one yet. */
  readonly keyCheck?: string;
}
