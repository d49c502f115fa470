import { kindTable } from '../model/index.js';
import type { BackendTable, Kinds } from '../model/index.js';
import type { ProviderLanguage, Section } from '../providers/sdk/index.js';
import type { SourceTable } from './sources/table.js';
import type { SchemaError } from './check/validator.generated.js';
import { makeExcerpts } from './excerpt/excerpts.js';
import type { Excerpts } from './excerpt/excerpts.js';

/** A check of plain data against the schema of one file; `undefined` where it fits, else every error. */
export type Validate = (data: unknown) => readonly SchemaError[] | undefined;

/** What providers, value sources and state backends add to the language. */
export interface LanguageParts {
  /** In the order in which their sections are written. */
  readonly providers: readonly ProviderLanguage[];
  readonly sources: SourceTable;
  readonly backends: BackendTable;
}

/** A section of a provider, with the type of the providers that it is for. */
export interface ProviderSection extends Section {
  readonly type: string;
}

/**
 * The language that a configuration is written in: what providers, value sources and state backends add to it. Made from the
 * registries once and handed down, so that a program that brings its own has its own language.
 */
export interface Language extends LanguageParts {
  /** The kinds of resource of all providers. */
  readonly kinds: Kinds;
  readonly sections: readonly ProviderSection[];
  readonly excerpts: Excerpts;
  readonly validate: Validate;
}

/**
 * Puts a language together.
 * @param validate checks one file against {@link configSchema} of these parts
 */
export function makeLanguage(parts: LanguageParts, validate: Validate): Language {
  const { providers } = parts;
  return {
    ...parts,
    kinds: kindTable(providers.flatMap(({ kinds }) => kinds)),
    sections: providers.flatMap(({ type, sections }) => sections.map((section) => ({ ...section, type }))),
    excerpts: makeExcerpts(parts),
    validate,
  };
}
