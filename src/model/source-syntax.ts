import type { JsonSchema } from './json-schema.js';
import type { EndSource } from './value-source.js';

/** What a value source is parsed with. */
export interface SourceContext {
  /** The folder of the configuration file. */
  readonly base: string;
  /** Where the source is written: file, line and column. */
  readonly place: string;
  /** The words beside the source's own, as text. */
  readonly beside: ReadonlyMap<string, string>;
}

/** The parts of a vals reference `ref+SCHEME://PATH?PARAMETERS#/KEY`, percent-decoded but for the path. */
export interface ReferenceParts {
  readonly path: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** The names on the way into the document, where there is a fragment. */
  readonly fragment: readonly string[] | undefined;
}

/** A vals reference in the words of a value source. */
export interface ReferenceWords {
  /** The text after the source's own word. */
  readonly text: string;
  readonly beside?: Readonly<Record<string, string | undefined>>;
  /** Whether the fragment is part of the text already, and not a `key`. */
  readonly fragmentUsed?: true;
}

/** A vals scheme that a value source is the counterpart of. */
export interface ReferenceScheme {
  /** How it is written as a map, for messages. */
  readonly example: string;
  /** The parameters that have a counterpart. */
  readonly parameters: readonly string[];
  /** Parameters of vals that have none, and what to do instead. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Gives `undefined` for a path that this scheme does not take. */
  readonly parse: (parts: ReferenceParts) => ReferenceWords | undefined;
}

/** How one value source is written in a configuration. */
export interface SourceSyntax<Source extends EndSource = EndSource> {
  /** Its key: `env`. */
  readonly word: string;
  /** The schema of the value of that key. */
  readonly schema: JsonSchema;
  /** The keys allowed beside it, the transforms apart, with their schemas. */
  readonly beside?: Readonly<Record<string, JsonSchema>>;
  /** Those of them that are required. */
  readonly needs?: readonly string[];
  /** How it is written, for messages. */
  readonly example: string;
  /** Whether messages show its example; those of other sources are named only. */
  readonly common?: true;
  /** Why a setting of a provider or a backend may not use it, as a clause that follows `A provider`; absent: it may. */
  readonly notForSettings?: { readonly code: string; readonly why: string };
  /** `false` where no transform is allowed beside it. */
  readonly transforms?: false;
  /** The vals schemes that it is the counterpart of, by name; a text says what to write instead of one. */
  readonly references?: Readonly<Record<string, ReferenceScheme | string>>;
  /**
   * From what is written, which fits the schema, to plain data, without the transforms.
   * @param texts the value of the source's key: one text, or one for each item of a list
   */
  parse(texts: readonly [string, ...string[]], context: SourceContext): Source;
}
