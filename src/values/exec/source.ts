import type { EndSource } from '../../model/index.js';

/** What a program prints. */
export interface ExecSource extends EndSource {
  readonly from: 'exec';
  /** The program and its arguments. No shell reads them. */
  readonly command: readonly string[];
  /** Where it runs. */
  readonly base: string;
  readonly timeoutMs?: number;
}
