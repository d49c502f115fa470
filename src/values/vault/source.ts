import type { EndSource } from '../../model/index.js';

/** A secret in the key/value store (version 1 or 2) of HashiCorp Vault. `key` says which field. */
export interface VaultSource extends EndSource {
  readonly from: 'vault';
  /** With the mount. */
  readonly path: string;
  readonly version?: number;
  /** A Vault Enterprise namespace, below that of `VAULT_NAMESPACE` where that is set. */
  readonly namespace?: string;
}

/** Namespaces from parent to child, with `/` between them. They go into a header, and must not lead up to the parent. */
export const NAMESPACE_PATTERN = '^(?!\\.{1,2}(/|$))[!-.0-~]+(/(?!\\.{1,2}(/|$))[!-.0-~]+)*$';

/** What messages call it. */
export const vaultName = ({ path, namespace }: VaultSource): string =>
  `The Vault secret ${path}${namespace === undefined ? '' : ` in the namespace ${namespace}`}`;
