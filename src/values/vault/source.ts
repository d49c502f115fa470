import type { EndSource } from '../../model/index.js';

/** A secret in the key/value store (version 1 or 2) of HashiCorp Vault. `key` says which field. */
export interface VaultSource extends EndSource {
  readonly from: 'vault';
  /** With the mount. */
  readonly path: string;
  readonly version?: number;
}

/** What messages call it. */
export const vaultName = ({ path }: VaultSource): string => `The Vault secret ${path}`;
