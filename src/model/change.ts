import type { Plain } from './field.js';
import type { SourceRange } from './source.js';

/** How one field changes, already safe to show: sensitive fields have no `before` and `after`. */
export interface FieldChange {
  readonly path: string;
  readonly action: 'add' | 'change' | 'remove' | 'keep';
  readonly sensitive: boolean;
  /** Absent where there is none, or the field is sensitive. */
  readonly before?: Plain;
  readonly after?: Plain;
  /** A note for people: `changed by …`. */
  readonly note?: string;
  /** This field is why the resource must be replaced. */
  readonly forcesReplacement?: boolean;
}

/** What must hold right before the write; the provider reads it again and compares. */
export type Precondition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'present'; readonly id: string; readonly version: string }
  /** Nothing is written to the system (forget). */
  | { readonly kind: 'none' };

/** What becomes of the stack's mark on an object, in the same transaction as the rest of the change. */
export type MarkChange =
  | {
      readonly action: 'set';
      /** The stack whose mark is taken off; absent where the object carries none. */
      readonly from?: string;
    }
  | { readonly action: 'remove' };

interface ChangeBase {
  readonly address: string;
  /** Why, in words for people. */
  readonly reason: string;
  readonly fields: readonly FieldChange[];
  readonly precondition: Precondition;
  /** Addresses of other changes of the plan that must be done first. */
  readonly after: readonly string[];
  readonly range?: SourceRange;
  /** Keyed fingerprints of the desired sensitive fields: they pin the approved values. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** The system's id of the object, where it exists. */
  readonly id?: string;
  /** The address that the configuration moved it from: it is created as a copy of that object, or that object gets its name. */
  readonly movedFrom?: string;
  /** Of what is destroyed: the address of its copy. */
  readonly movedTo?: {
    readonly address: string;
    /** Whether the configuration says who has access to the copy; where it does not, all access is copied. */
    readonly isListed: boolean;
  };
  /** Absent: it is as it should be, or comes with the rest of the change. */
  readonly mark?: MarkChange;
}

/** One step of a plan, by what is done to the resource. */
export type Change =
  | (ChangeBase & { readonly action: 'create' })
  | (ChangeBase & { readonly action: 'update' })
  | (ChangeBase & { readonly action: 'replace' })
  | (ChangeBase & { readonly action: 'delete' })
  /** Out of the state; nothing but the mark is changed in the system. */
  | (ChangeBase & { readonly action: 'forget' })
  /** Into the state as it is; nothing but the mark is changed in the system. */
  | (ChangeBase & { readonly action: 'import' })
  | (ChangeBase & { readonly action: 'noop' });

/** What can be done to a resource. */
export type Action = Change['action'];

/** Whether a change touches nothing but the state. */
export function isStateOnly({ action, mark }: Change): boolean {
  return mark === undefined && (action === 'forget' || action === 'import' || action === 'noop');
}
