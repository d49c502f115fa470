import { defined } from '../../model/index.js';
import type {
  EndSource,
  JsonSchema,
  ReferenceScheme,
  SourceContext,
  SourceSyntax,
} from '../../model/index.js';
import { secretSyntax } from './secret.js';
import { TRANSFORMS } from './transforms.js';

/** A vals scheme, and the source that it stands for. */
export interface KnownScheme {
  readonly source: SourceSyntax;
  /** A text says what to write instead. */
  readonly scheme: ReferenceScheme | string;
}

/** The value sources of a language, and what follows from them. */
export interface SourceTable {
  readonly all: readonly SourceSyntax[];
  /** The keys that choose a source. */
  readonly words: readonly string[];
  /** The sources as a phrase: `env, file, secret`. */
  readonly list: string;
  /** Every key of a value source: the sources' own, and those beside them. */
  readonly keys: ReadonlySet<string>;
  /** The keys beside the sources' own, the transforms apart; each with the schema that every source gives it, or one for each. */
  readonly beside: ReadonlyMap<string, ReadonlyMap<string, JsonSchema>>;
  /** The source that a word chooses. */
  readonly find: (word: string) => SourceSyntax | undefined;
  /** The keys allowed beside a source, the transforms among them. */
  readonly allowedBeside: (source: SourceSyntax) => readonly string[];
  /** The sources that a key is allowed beside. */
  readonly wordsBeside: (key: string) => readonly string[];
  /** The vals schemes that are known, by name. */
  readonly schemes: ReadonlyMap<string, KnownScheme>;
}

/**
 * Indexes value sources; the reference to another secret joins them as the last.
 * @throws Error where two of them claim a word, or a word is both a source and a key beside one
 */
export function sourceTable(sources: readonly SourceSyntax[]): SourceTable {
  const all = [...sources, secretSyntax];
  const byWord = new Map(all.map((source) => [source.word, source]));
  const beside = schemasBeside(all);
  const taken = [...beside.keys(), ...Object.keys(TRANSFORMS)].find((key) => byWord.has(key));
  if (byWord.size < all.length || taken !== undefined) {
    throw new Error(`A word of a value source is taken: ${taken ?? all.map(({ word }) => word).join(', ')}`);
  }
  const allowedBeside = (source: SourceSyntax): readonly string[] => [
    ...Object.keys(source.beside ?? {}),
    ...(source.transforms === false ? [] : Object.keys(TRANSFORMS)),
  ];
  return {
    all,
    words: [...byWord.keys()],
    list: [...byWord.keys()].join(', '),
    keys: new Set([...byWord.keys(), ...beside.keys(), ...Object.keys(TRANSFORMS)]),
    beside,
    find: (word) => byWord.get(word),
    allowedBeside,
    wordsBeside: (key) => all.filter((source) => allowedBeside(source).includes(key)).map(({ word }) => word),
    schemes: new Map(
      all.flatMap((source) =>
        Object.entries(source.references ?? {}).map(([name, scheme]) => [name, { source, scheme }]),
      ),
    ),
  };
}

/** The schemas of each key beside the sources, by the word of the source. */
function schemasBeside(all: readonly SourceSyntax[]): Map<string, Map<string, JsonSchema>> {
  const schemas = new Map<string, Map<string, JsonSchema>>();
  for (const { word, beside = {} } of all) {
    for (const [key, schema] of Object.entries(beside)) {
      const ofKey = schemas.get(key) ?? new Map<string, JsonSchema>();
      schemas.set(key, ofKey.set(word, schema));
    }
  }
  return schemas;
}

/** From what is written to the model, with the transforms. */
export function parseSource(
  source: SourceSyntax,
  texts: readonly [string, ...string[]],
  context: SourceContext,
): EndSource {
  const { beside } = context;
  const trim = beside.get('trim');
  return {
    ...source.parse(texts, context),
    ...defined({
      base64: beside.get('base64') === 'true' ? true : undefined,
      key: beside.get('key'),
      trim: trim === undefined ? undefined : trim === 'true',
      allowEmpty: beside.get('allow_empty') === 'true' ? true : undefined,
    }),
  };
}
