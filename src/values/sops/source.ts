import type { EndSource, FromFile } from '../../model/index.js';

/** A file encrypted by sops: YAML, JSON, dotenv, or any text. `key` says which value. */
export interface SopsSource extends EndSource, FromFile {
  readonly from: 'sops';
}
