import type { Plain } from './field.js';
import type { SourceRange } from './source.js';

/** Where a value comes from. One file in `src/values/` reads each. */
export type ValueSource =
  | { readonly from: 'env'; readonly name: string }
  | {
      readonly from: 'file';
      /** The path as it stands in the configuration. */
      readonly path: string;
      /** The folder that a relative path starts from: that of the configuration file. */
      readonly base: string;
      /** Take white space off both ends. */
      readonly trim?: boolean;
      /** The file holds base64: decode it. */
      readonly base64?: boolean;
    }
  | {
      readonly from: 'secret';
      /** The address of another secret of this configuration. */
      readonly address: string;
    };

/** A field as the configuration has it: plain text, or where the value is to be read from. */
export type DesiredField =
  | { readonly kind: 'plain'; readonly value: Plain; readonly range?: SourceRange }
  | { readonly kind: 'source'; readonly source: ValueSource; readonly range?: SourceRange };
