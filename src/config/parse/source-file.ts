/** One configuration file, read but not looked at. */
export interface SourceFile {
  /** The path as shown to people: relative to the current folder where it lies inside. */
  readonly path: string;
  readonly absolutePath: string;
  readonly bytes: Uint8Array;
  /** It is a link to a file elsewhere, which may be no configuration: nothing of it is shown. */
  readonly isElsewhere?: boolean;
}
