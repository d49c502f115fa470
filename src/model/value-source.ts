import type { Plain } from './field.js';
import type { SourceRange } from './source.js';

/** What is done to what a source gives, in this order. */
export interface Transforms {
  /** It is base64: decode it. */
  readonly base64?: boolean;
  /** It is a document (JSON, or what `sops` decrypts): take the text at this path, `a.b.0`. */
  readonly key?: string;
  /** Take white space off both ends. */
  readonly trim?: boolean;
}

/** A path of the configuration, and the folder that it starts from where it is relative: that of the configuration file. */
interface FromFile {
  readonly path: string;
  readonly base: string;
}

/** A source that is read itself. One file in `src/values/` reads each. */
export type EndSource = Transforms &
  (
    | { readonly from: 'env'; readonly name: string }
    /** The exact bytes of a file. */
    | ({ readonly from: 'file' } & FromFile)
    /** One variable of a file of `NAME=value` lines. */
    | ({ readonly from: 'dotenv'; readonly name: string } & FromFile)
    /** Everything that comes in on standard input; read once in a run. */
    | { readonly from: 'stdin' }
    /** What a program prints. No shell; the first word is the program. Needs leave (`--allow-exec`). */
    | {
        readonly from: 'exec';
        readonly command: readonly string[];
        /** Where it runs. */
        readonly base: string;
        readonly timeoutMs?: number;
      }
    /** A file encrypted by sops: YAML, JSON or dotenv. `key` says which value. */
    | ({ readonly from: 'sops' } & FromFile)
    /** A file encrypted by age. */
    | ({ readonly from: 'age' } & FromFile)
    /** A field of a secret in HashiCorp Vault's key/value store, version 1 or 2. `key` says which field. */
    | { readonly from: 'vault'; readonly path: string; readonly version?: number }
    /** AWS Secrets Manager. */
    | {
        readonly from: 'aws_secret';
        /** Name or ARN. */
        readonly id: string;
        readonly region?: string;
        readonly stage?: string;
      }
    /** AWS Systems Manager Parameter Store. */
    | { readonly from: 'aws_parameter'; readonly name: string; readonly region?: string }
    /** Google Cloud Secret Manager. */
    | {
        readonly from: 'gcp';
        /** `projects/P/secrets/S/versions/V`, in full. */
        readonly resource: string;
      }
    /** Azure Key Vault. */
    | {
        readonly from: 'azure';
        /** The vault's name, or its host. */
        readonly vault: string;
        readonly name: string;
        readonly version?: string;
      }
    /** Made by this program, once, and kept where it lives: in the system that the secret is in. */
    | {
        readonly from: 'generate';
        /** How many characters. */
        readonly length: number;
        /** The characters to choose from. */
        readonly alphabet: string;
        /** Where it stands in the configuration: what is made for one place is not that of another one. */
        readonly place: string;
      }
    /** 1Password, through `op read`. */
    | { readonly from: 'onepassword'; readonly reference: string }
  );

/** Where a value comes from. */
export type ValueSource =
  | EndSource
  | {
      readonly from: 'secret';
      /** The address of another secret of this configuration. */
      readonly address: string;
    };

/** A field as the configuration has it: plain text, or where the value is to be read from. */
export type DesiredField =
  | { readonly kind: 'plain'; readonly value: Plain; readonly range?: SourceRange }
  | { readonly kind: 'source'; readonly source: ValueSource; readonly range?: SourceRange };
