import type { Change, FieldChange } from './change.js';
import type { Diagnostic } from './diagnostic.js';
import type { SystemIdentity } from './system.js';
import type { Unverified } from './unverified.js';

/** The version of the plan's format that this program writes. */
export const PLAN_FORMAT = 2;

/** A resource that differs from what was last applied, though the configuration does not ask for it. */
export interface DriftEntry {
  readonly address: string;
  /**
   * `changed`: fields differ; `missing`: gone; `added`: not in the configuration; `replaced`: another object of that name; `renamed`:
   * the same object under another name.
   */
  readonly kind: 'changed' | 'missing' | 'added' | 'replaced' | 'renamed';
  readonly fields: readonly FieldChange[];
  /** The address that it would have under its new name, where it was renamed. */
  readonly to?: string;
  /** With `missing`: it may also be that this identity can no longer see it. */
  readonly mayBeHidden?: true;
  /** When it happened, where the system knows; otherwise after `lastAppliedAt`. */
  readonly changedAt?: string;
  readonly changedBy?: string;
  /** When it was last applied. */
  readonly lastAppliedAt?: string;
}

/** A secret's age against its `rotation.max_age`. */
export interface RotationNote {
  readonly address: string;
  readonly status: 'due-soon' | 'overdue';
  /** When the value was last changed (RFC 3339). */
  readonly changedAt: string;
  /** When it is or was due (RFC 3339). */
  readonly dueAt: string;
}

/** Something on an object of ours that the configuration does not name: reported, and left alone. */
export interface Unmanaged {
  /** What exists; for a field or a role, the object or grant that has it. */
  readonly address: string;
  /** What it is, for people: `a user mapping`, `the role Auditor`. */
  readonly what: string;
  /** The field that the configuration does not name (`owner`). */
  readonly path?: string;
  readonly changedAt?: string;
  readonly changedBy?: string;
}

/**
 * A generated value that was changed outside of this stack. It is neither replaced nor taken over until somebody decides: `--rotate`
 * makes a new one, `--accept` keeps theirs.
 */
export interface Undecided {
  readonly address: string;
  readonly path: string;
  readonly changedAt?: string;
  readonly changedBy?: string;
}

/** A system that could not be reached. */
export interface Unreachable {
  readonly provider: string;
  /** Why, for people. */
  readonly message: string;
  /** What to do. */
  readonly next?: string;
}

/** The number of resources by action. A replacement counts as one to add and one to destroy. */
export interface PlanSummary {
  readonly add: number;
  readonly change: number;
  readonly destroy: number;
  readonly import: number;
  readonly forget: number;
  readonly unchanged: number;
}

/** A plan. Data only; contains no value of a secret. */
export interface Plan {
  readonly format: typeof PLAN_FORMAT;
  readonly stack: string;
  readonly createdAt: string;
  /** The state that it was made from; `lineage` is empty where there was none. */
  readonly state: { readonly lineage: string; readonly serial: number };
  /** The configuration's digest. */
  readonly configuration: string;
  readonly systems: Readonly<Record<string, SystemIdentity>>;
  /** What is to be done, dependencies first; without what stays as it is. */
  readonly changes: readonly Change[];
  readonly drift: readonly DriftEntry[];
  readonly rotation: readonly RotationNote[];
  readonly unreachable: readonly Unreachable[];
  /** What could not be compared. Sorted by address. */
  readonly unverified: readonly Unverified[];
  /** What others put on objects of ours. Sorted by address. */
  readonly unmanaged: readonly Unmanaged[];
  /** Generated values that wait for a decision. Sorted by address. */
  readonly undecided: readonly Undecided[];
  /** How many resources `--target` and `--exclude` left out. */
  readonly leftOut: number;
  /** Errors here mean that the plan is refused. */
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: PlanSummary;
}

/** What drifted, and the rest that `drift` reports: a plan without its changes. */
export type DriftReport = Omit<Plan, 'changes' | 'summary'>;
