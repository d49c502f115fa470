import { problem } from '../model/index.js';
import type { Diagnostic, RunScope, Sensitive } from '../model/index.js';
import type { DocumentNode } from './document.js';

/** What value sources may use of the world. */
export type ValueContext = RunScope;

/** The result of reading one source: a value, or none, and problems, which never hold a value. */
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

/** A reading that failed, with the error that says why. */
export function failed(
  code: string,
  summary: string,
  next?: string,
  detail?: string,
): { readonly problem: Diagnostic } {
  return { problem: problem({ code, summary, detail, next }) };
}
