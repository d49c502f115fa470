import type { EndSource, FromFile } from '../../model/index.js';

/** A file encrypted by age. */
export interface AgeSource extends EndSource, FromFile {
  readonly from: 'age';
}
