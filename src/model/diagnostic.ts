import type { SourceRange } from './source.js';

/** An `error` stops the run, a `warning` does not; `info` is a note. */
export type Severity = 'error' | 'warning' | 'info';

/**
 * A problem as data: what is wrong, where, and what to do about it. Never holds a value of a secret.
 */
export interface Diagnostic {
  readonly severity: Severity;
  /** A stable code for programs, in kebab-case: `unknown-key`, `unset-variable`, `owner-would-be-lost`. */
  readonly code: string;
  /** One sentence: what is wrong. */
  readonly summary: string;
  /** More, where one sentence is not enough. */
  readonly detail?: string;
  /** What to do next, as an imperative sentence. */
  readonly next?: string;
  /** Where in the files. */
  readonly range?: SourceRange;
  /** Related places: the first definition of a duplicate name. */
  readonly related?: readonly { readonly message: string; readonly range: SourceRange }[];
  /** Which resource it is about. */
  readonly address?: string;
}

/** Whether any of them is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** An error that carries diagnostics; the only error class that verbs throw on purpose. */
export class DiagnosticError extends Error {
  override readonly name = 'DiagnosticError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((diagnostic) => diagnostic.summary).join('; '));
    this.diagnostics = diagnostics;
  }
}
