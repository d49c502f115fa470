import type { EndSource } from '../../model/index.js';

/** A secret of Azure Key Vault. */
export interface AzureSource extends EndSource {
  readonly from: 'azure';
  /** The vault's name, or its host. */
  readonly vault: string;
  readonly name: string;
  readonly version?: string;
}

/** What messages call it. */
export const azureName = ({ vault, name }: AzureSource): string =>
  `The Azure Key Vault secret ${vault}/${name}`;
