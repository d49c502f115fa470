/** A place in a file. Lines and columns count from 1, columns in UTF-16 units as editors do; the end is exclusive. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The text of `line`, already safe to print: whatever could be a secret in it is masked. */
  readonly excerpt?: string;
}
