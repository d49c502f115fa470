/** A place in a file. Lines and columns start at 1; columns are UTF-16 units, as in editors; the end is exclusive. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The text of `line`, safe to print: whatever could be a secret is masked. */
  readonly excerpt?: string;
}
