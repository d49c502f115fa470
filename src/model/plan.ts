import type { Change, FieldChange } from './change.js';
import type { Diagnostic } from './diagnostic.js';
import type { SystemIdentity } from './system.js';

/** The version of the plan's format that this program writes. */
export const PLAN_FORMAT = 2;

/** A resource that differs from what was last applied, though the configuration does not ask for it. */
export interface DriftEntry {
  readonly address: string;
  /** `changed`: fields differ; `missing`: gone; `added`: not in the configuration; `replaced`: another object of that name. */
  readonly kind: 'changed' | 'missing' | 'added' | 'replaced';
  readonly fields: readonly FieldChange[];
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
  /** Errors here mean that the plan is refused. */
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: PlanSummary;
}

/** What drifted, and the rest that `drift` reports: a plan without its changes. */
export type DriftReport = Omit<Plan, 'changes' | 'summary'>;
