import type { EndSource } from '../../model/index.js';

/** A field of an item in 1Password, read with `op`. */
export interface OnePasswordSource extends EndSource {
  readonly from: 'onepassword';
  /** `op://VAULT/ITEM/FIELD`. */
  readonly reference: string;
}

/** What messages call it. */
export const onePasswordName = ({ reference }: OnePasswordSource): string =>
  `The 1Password reference ${reference}`;
