import type { Change } from './change.js';
import type { DesiredResource } from './desired.js';

/** One change, with what a provider needs to carry it out. */
export interface ApplyItem {
  readonly change: Change;
  /** What is wanted, values included; absent where the resource is to go. */
  readonly desired?: DesiredResource;
}

/** What became of one change, as its provider says. */
export type Outcome =
  | {
      readonly status: 'done';
      readonly address: string;
      /** The system's id of the object now; absent where it is gone. */
      readonly id?: string;
      readonly changedAt?: string;
      readonly changedBy?: string;
    }
  | {
      readonly status: 'failed';
      readonly address: string;
      /** What happened, for people; no value of a secret in it. */
      readonly message: string;
      readonly next?: string;
      /** Whether the write may have taken effect all the same (a timeout after it was sent). */
      readonly mayHaveHappened?: boolean;
    }
  /** Not tried: something before it failed, or the run was stopped. */
  | { readonly status: 'skipped'; readonly address: string; readonly message: string };
