import { hasErrors } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import type { RunContext, RunResult } from './context.js';
import { load } from './load.js';
import { openScope } from './run-scope.js';

/** What `validate` found. */
export interface ValidateResult extends RunResult {
  /** How many files were read. */
  readonly files: number;
  /** How many resources they describe; 0 where they are not sound. */
  readonly resources: number;
}

/**
 * Checks the configuration, its text alone: no value is read, and no system is asked.
 * @param strict whether warnings are errors
 */
export async function validate(
  files: readonly string[],
  context: RunContext,
  { strict = false }: { readonly strict?: boolean } = {},
): Promise<ValidateResult> {
  const { loaded, diagnostics: found } = await load(files, openScope(context));
  const diagnostics = strict ? found.map(asError) : found;
  return {
    status: hasErrors(diagnostics) ? 'error' : 'ok',
    diagnostics,
    files: loaded?.configuration.files.length ?? 0,
    resources: loaded?.configuration.resources.length ?? 0,
  };
}

function asError(diagnostic: Diagnostic): Diagnostic {
  return diagnostic.severity === 'warning' ? { ...diagnostic, severity: 'error' } : diagnostic;
}
