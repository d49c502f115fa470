import type { EndSource, FromFile } from '../../model/index.js';

/** One variable of a file of `NAME=value` lines. */
export interface DotenvSource extends EndSource, FromFile {
  readonly from: 'dotenv';
  readonly name: string;
}
