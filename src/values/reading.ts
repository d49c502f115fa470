import { defined } from '../model/index.js';
import type { Diagnostic, Sensitive } from '../model/index.js';
import type { DocumentNode } from './document.js';

/** What value sources may use of the world. */
export interface ValueContext {
  /** The environment's variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder. */
  readonly cwd: string;
  /** Aborted when the user stops the run, or when the source has had its time. */
  readonly signal: AbortSignal;
  /** Whether a configuration may run programs (`exec`). */
  readonly allowExec: boolean;
  /** Reads standard input to its end; called at most once in a run. Rejects with a `DiagnosticError` where there is none. */
  readonly readStdin: () => Promise<Uint8Array>;
}

/** What came of reading one source: a value, or none, and what is to be said of it. Problems never hold a value. */
export interface Reading {
  readonly value?: Sensitive;
  readonly problems: readonly Diagnostic[];
}

/**
 * What a reader gives: bytes or text, before the transforms, or what is wrong. A reader looks at what says where the value lives and
 * never at the transforms, since one reading serves every place that takes another `key` from it.
 */
export type RawReading =
  | { readonly bytes: Uint8Array; readonly text?: never; readonly problem?: Diagnostic }
  | { readonly text: string; readonly bytes?: never; readonly problem?: Diagnostic }
  | { readonly problem: Diagnostic; readonly bytes?: never; readonly text?: never };

/** What any reader gives: also a document whose values are taken by their paths; `whole` is what it is without a `key`, where it is anything. */
export type AnyReading =
  | RawReading
  | {
      readonly document: DocumentNode;
      readonly whole?: string;
      readonly problem?: Diagnostic;
      readonly bytes?: never;
      readonly text?: never;
    };

/** An error that a reader gives back. */
export function problem(code: string, summary: string, next?: string, detail?: string): Diagnostic {
  return {
    severity: 'error',
    code,
    summary,
    ...defined({ detail, next }),
  };
}

/** A reading that failed. */
export function failed(...words: Parameters<typeof problem>): { readonly problem: Diagnostic } {
  return { problem: problem(...words) };
}
