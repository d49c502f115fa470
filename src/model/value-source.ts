import type { Plain } from './field.js';
import type { SourceRange } from './source.js';

/** What is done to what a source gives, in this order. */
export interface Transforms {
  /** It is base64: decode it. */
  readonly base64?: boolean;
  /** It is a document (JSON, or what `sops` decrypts): take the text at this path, `a.b.0`. */
  readonly key?: string;
  /** Remove white space from both ends; `false` where white space there is meant, and not warned of. */
  readonly trim?: boolean;
  /** The value may be empty; otherwise that is an error. */
  readonly allowEmpty?: boolean;
}

/**
 * A source that is read or made, as plain data: equal data is one value. `from` names the source, whose folder in `src/values/` knows
 * the other words; each has a type of its own there.
 */
export interface EndSource extends Transforms {
  readonly from: string;
  /** Made by this program, once, and kept in the system that the secret is in, rather than read. */
  readonly generated?: true;
  readonly [word: string]: Plain | undefined;
}

/** The value of another secret of this configuration. */
export interface SecretReference {
  readonly from: 'secret';
  readonly address: string;
}

/** Where a value comes from. */
export type ValueSource = EndSource | SecretReference;

/** Whether a source is another secret of this configuration. */
export function isReference(source: ValueSource | undefined): source is SecretReference {
  return source?.from === 'secret';
}

/** A path of the configuration, and the folder that it starts from where it is relative: that of the configuration file. */
export interface FromFile {
  readonly path: string;
  readonly base: string;
}

/** A field as the configuration has it: plain text, or where the value is to be read from. */
export type DesiredField =
  | {
      readonly kind: 'plain';
      readonly value: Plain;
      readonly range?: SourceRange;
      /** It may be a credential, since nobody knows the field: it is treated like the value of one. */
      readonly sensitive?: true;
    }
  | { readonly kind: 'source'; readonly source: ValueSource; readonly range?: SourceRange };
