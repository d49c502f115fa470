import type {
  DesiredResource,
  Diagnostic,
  AuthoritativeList,
  Kinds,
  ReadResult,
  Sensitive,
  StateData,
  Unreachable,
} from '../model/index.js';
import type { MaxDeletes } from './limits.js';

/** Makes a keyed fingerprint of a value under a domain; under the scheme of `like`, where that is given. */
export type Fingerprint = (domain: string, value: Sensitive | string, like?: string) => string;

/** Everything that a plan is made from. The planner is pure: no I/O, no clock, no randomness. */
export interface PlanInput {
  readonly stack: string;
  /** The moment of planning (RFC 3339). */
  readonly now: string;
  /** The configuration's digest. */
  readonly configuration: string;
  /** The configuration's files, by the names that records have; unknown where absent. */
  readonly files?: readonly string[];
  /** The desired resources, values read, in the systems' own terms. */
  readonly desired: readonly DesiredResource[];
  /** The addresses of everything that the configuration names, in scope or not; those of `desired` where absent. */
  readonly configured?: readonly string[];
  readonly authoritative: readonly AuthoritativeList[];
  readonly removed: readonly string[];
  /** Moves that the systems have not followed yet; none where absent. */
  readonly moves?: readonly PendingMove[];
  /** What each provider's session read. */
  readonly actual: Readonly<Record<string, ReadResult>>;
  /** Providers that could not be reached: nothing is planned for them. */
  readonly unreachable: readonly Unreachable[];
  readonly state: StateData | undefined;
  readonly kinds: Kinds;
  readonly fingerprint?: Fingerprint;
  readonly scope: Scope;
  /** The providers of which the configuration accepts that their identity cannot check everything. */
  readonly acceptsUnverifiable?: readonly string[];
  /** How much of each kind may be destroyed (`--max-deletes`); the usual threshold where absent. */
  readonly maxDeletes?: MaxDeletes;
  /** Problems found before planning; the plan includes them. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A move of the configuration that is still to be done. */
export interface PendingMove {
  /** Where the object is now, and its record. */
  readonly from: string;
  /** Where it is to be; of a renamed object, where its record is already. */
  readonly to: string;
  /** `rename`: the system gives it the new name; `copy`: it is created, and the old one destroyed after it. */
  readonly mode: 'rename' | 'copy';
}

/** Which resources a run is about. Patterns are addresses, with `*` for any text. */
export interface Scope {
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
}

/** The domain of a field's fingerprint: one per field, so that equal values in two fields have different fingerprints. */
export function fingerprintDomain(address: string, path: string): string {
  return `${address}#${path}`;
}
