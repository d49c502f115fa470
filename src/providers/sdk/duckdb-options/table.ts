/** How DuckDB reads the text of an option. A map is written `{key=value}`. */
export type OptionType = 'text' | 'boolean' | 'map' | 'number';

/**
 * How a set of options came to be known: `recorded` from a DuckDB of the release, which was asked for each option, or read from the
 * `source` of the extension.
 */
type Basis = 'recorded' | 'source';

/** The options of one secret type with one provider, in one release line of DuckDB. */
export interface RecordedSet {
  readonly type: string;
  readonly provider: string;
  /** Whether it holds where no provider is named. */
  readonly isDefault: boolean;
  readonly basis: Basis;
  /** The repository, commit and file that it was read from. */
  readonly source?: string;
  /** The extension that has the type; absent for what DuckDB is built with. */
  readonly extension?: string;
  readonly options: Readonly<Record<string, OptionType>>;
  /** Options whose values `duckdb_secrets()` hides. */
  readonly redacted: readonly string[];
  /** Options that no secret could be created with where it was recorded: whether they are hidden is not known. */
  readonly redactionUnknown?: readonly string[];
}

/** What one release line of DuckDB has. */
export interface ReleaseTable {
  /** `1.5`. */
  readonly release: string;
  /** The version that was asked or read. */
  readonly version: string;
  /** The extensions that were loaded. */
  readonly extensions: readonly string[];
  readonly sets: readonly RecordedSet[];
  /** Types that it has in extensions which could not be had: nothing is known of their options. */
  readonly unread: readonly { readonly type: string; readonly extension: string }[];
}
