import type {
  AuthoritativeList,
  ConfiguredResource,
  DesiredField,
  Entry,
  ExcerptRules,
  JsonSchema,
  KindPolicy,
  Lifecycle,
  Place,
  ProblemWords,
  SectionSchema,
  TreeNode,
} from '../../model/index.js';

/** What a provider adds to the language of configurations. */
export interface ProviderLanguage {
  /** As in `type:` of an entry of `providers:`. */
  readonly type: string;
  /** The kinds that it manages, parents before what lives in them. */
  readonly kinds: readonly KindPolicy[];
  readonly settings: SettingsDefinition;
  readonly sections: readonly Section[];
}

/** What a part of a configuration asks for. */
export interface Desired {
  readonly resources: readonly ConfiguredResource[];
  readonly authoritative: readonly AuthoritativeList[];
}

/** What is beside `type:` in an entry of `providers:`. */
export interface SettingsDefinition {
  /** Loaded where a schema is made. */
  readonly schema: () => Promise<SettingsSchema>;
  /** Paths start at the entry. */
  readonly excerpts: ExcerptRules;
  /** Settings that are paths: relative ones start at the folder of the file that contains them, as those of value sources do. */
  readonly paths?: readonly string[];
  /** Texts of such a setting that are no path (`system`). */
  readonly pathWords?: readonly string[];
  /** Keys that are resources and not settings, and how they are read. */
  readonly resources?: {
    readonly keys: readonly string[];
    readonly desired: (entry: Entry, reader: NodeReader) => Desired;
  };
}

/** The schema of a provider's settings. */
export interface SettingsSchema {
  /** One sentence, for editors. */
  readonly description: string;
  /** By key, without `type`. */
  readonly properties: Readonly<Record<string, JsonSchema>>;
  /** Definitions that they refer to. */
  readonly defs?: Readonly<Record<string, JsonSchema>>;
  /** An entry as it is written, under its name. */
  readonly example: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A key at the top of a configuration file, and what is under it. */
export interface Section {
  readonly word: string;
  /** A map from names to entries, or a list of entries. */
  readonly shape: 'map' | 'list';
  /** Loaded where a schema is made. */
  readonly schema: () => Promise<SectionSchema>;
  /** Paths start at an entry. */
  readonly excerpts: ExcerptRules;
  /** The kind of its entries, where other fields may take their `value` with `{ secret: NAME }`. */
  readonly valueKind?: string;
  /** From the entries of all files to resources; absent where another section reads them. */
  readonly desired?: (reader: SectionReader) => Desired;
}

/** What fields are read with. */
export interface NodeReader {
  /**
   * A field: text (numbers as they are written, booleans as `true` and `false`), or a value source. `undefined` where it refers
   * to a secret that does not exist; the problem is then reported.
   */
  field(node: TreeNode): DesiredField | undefined;
  /** Whether a node is plain text, and not a value source. */
  isPlainText(node: TreeNode): boolean;
  /** Whether a node is a value source. */
  isSource(node: TreeNode): boolean;
  /** What is wrong where a sensitive field is plain text. */
  plainSecret(path: string): ProblemWords;
  /** Reports a problem at a place. */
  refuse(at: Place, words: ProblemWords): void;
}

/** What a section is read with. */
export interface SectionReader extends NodeReader {
  /** The entries of a section of names over all files, in their order. */
  entries(word: string): readonly Entry[];
  /** The items of a section that is a list, over all files. */
  items(word: string): readonly TreeNode[];
  /**
   * The providers that a resource lives in: those that its entry names, or the only one of the right type. Problems are
   * reported; a provider that does not fit is not among them.
   */
  providersOf(entry: Entry): readonly string[];
  /** The provider that `provider` of an entry limits it to; one that does not exist or fit is reported. */
  providerOf(node: TreeNode): string | undefined;
  lifecycleOf(node: TreeNode): Lifecycle;
  /** The next step for a misspelt name: the nearest known one. */
  suggest(name: string, known: () => readonly string[]): string | undefined;
  /** A file could not be read: a name that is not found may be in it. */
  readonly incomplete: boolean;
}
