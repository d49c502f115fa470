import type { Diagnostic, Sensitive } from '../model/index.js';

/** What value sources may use of the world. */
export interface ValueContext {
  /** The environment's variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What came of reading one source: a value, a problem, or a value with a warning. Problems never hold a value. */
export interface Reading {
  readonly value?: Sensitive;
  readonly problem?: Diagnostic;
}
