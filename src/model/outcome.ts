import type { Change } from './change.js';
import type { DesiredResource } from './desired.js';

/** One change, with what a provider needs to apply it. */
export interface ApplyItem {
  readonly change: Change;
  /** The desired resource, values included; absent where it is removed. */
  readonly desired?: DesiredResource;
}

/** The result of one change, as its provider reports it. */
export type Outcome =
  | {
      readonly status: 'done';
      readonly address: string;
      /** The system's id of the object; absent where it was removed. */
      readonly id?: string;
      readonly changedAt?: string;
      readonly changedBy?: string;
      /** What is to be known after it, for people. */
      readonly note?: string;
    }
  | {
      readonly status: 'failed';
      readonly address: string;
      /** What happened, for people; contains no value of a secret. */
      readonly message: string;
      readonly next?: string;
      /** Whether the write may have taken effect anyway (a timeout after it was sent). */
      readonly mayHaveHappened?: boolean;
    }
  /** Not tried: something before it failed, or the run was stopped. */
  | { readonly status: 'skipped'; readonly address: string; readonly message: string };
