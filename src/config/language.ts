import type { BackendTable, Kinds } from '../model/index.js';
import type { SourceTable } from './sources/table.js';
import type { SchemaError } from './check/validator.generated.js';

/** A check of plain data against the schema of one file; `undefined` where it fits, else every error. */
export type Validate = (data: unknown) => readonly SchemaError[] | undefined;

/**
 * The language that a configuration is written in: what providers, value sources and state backends add to it. Made from the
 * registries once and handed down, so that a program that brings its own has its own language.
 */
export interface Language {
  /** The kinds of resource of all providers. */
  readonly kinds: Kinds;
  readonly sources: SourceTable;
  readonly backends: BackendTable;
  readonly validate: Validate;
}
