import { resolve } from 'node:path';
import { DOCUMENT_FILE, readTextBounded } from '../files/read.js';
import { SENSITIVE_TEXT, errorCode, problem, problemError } from '../model/index.js';
import type { StateData } from '../model/index.js';
import { decodeState, encodeState } from '../state/index.js';
import type { RunContext } from './context.js';
import { withLockedStore } from './locking.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import { loadForState } from './state.js';
import type { StateChangeResult, StateHooks, StateOptions } from './state.js';

/**
 * Puts a state into the backend: one that could not be saved there, or one of another backend.
 * @param options.force even where the backend has a later one, or one of another lineage
 * @throws DiagnosticError where the file is not a state of this stack, or would undo what was written since
 */
export async function statePush(
  file: string,
  options: StateOptions & { readonly force: boolean },
  context: RunContext,
  { onWait }: StateHooks,
): Promise<StateChangeResult> {
  const scope = openScope(context);
  const text = await readStateFile(file, scope);
  const { loaded, diagnostics } = await loadForState(options.files, scope);
  const locking = { operation: 'state push', options, onWait };
  return withLockedStore(loaded, locking, scope, async ({ store, lock }) => {
    if (text.includes(SENSITIVE_TEXT)) throw problemError(maskedState(file));
    const pushed = decodeState(text, file, loaded.configuration.stack);
    const stored = await store.read();
    // The write that seemed to fail may have arrived.
    if (stored !== undefined && encodeState(stored) === encodeState(pushed)) {
      return { status: 'ok', diagnostics: [...diagnostics, ALREADY_STORED], changes: [] };
    }
    if (!options.force && stored !== undefined) checkSuccession(pushed, stored, file);
    const serial = (stored?.serial ?? 0) + 1;
    // A store accepts no other lineage: by force the records are replaced, and the lineage remains.
    const lineage = stored?.lineage ?? pushed.lineage;
    await store.write({ ...pushed, lineage, serial }, serial - 1, lock);
    return {
      status: 'ok',
      diagnostics,
      changes: [{ action: 'pushed', serial, records: pushed.records.length }],
    };
  });
}

/** Version 0.1.0 masked what `state pull` printed; such a state would lose its records. */
function maskedState(file: string): Parameters<typeof problemError>[0] {
  return {
    code: 'push-masked',
    summary: `${file} contains the text ${SENSITIVE_TEXT}: names or fields of it were masked when it was printed.`,
    next: 'Push a copy of the state that was not masked, such as the file of the backend or what `state pull` of this version prints.',
  };
}

const ALREADY_STORED = problem({
  severity: 'info',
  code: 'push-stored-already',
  summary: 'The backend already has this state. Nothing was changed.',
});

async function readStateFile(file: string, { cwd, signal }: EngineScope): Promise<string> {
  try {
    return await readTextBounded(resolve(cwd, file), DOCUMENT_FILE, { pipe: signal });
  } catch (error) {
    throw problemError({
      code: 'push-file',
      summary: `${file} cannot be read (${errorCode(error) ?? 'unknown error'}).`,
      next: 'Check the path.',
    });
  }
}

/** @throws DiagnosticError where the pushed state does not follow the stored one */
function checkSuccession(pushed: StateData, stored: StateData, file: string): void {
  if (pushed.lineage !== stored.lineage) {
    throw problemError({
      code: 'push-other-lineage',
      summary: `${file} has the lineage ${pushed.lineage}; the stored state has ${stored.lineage}.`,
      next: 'They are two states of one name. Give --force only if you know that the stored one is wrong.',
    });
  }
  if (pushed.serial > stored.serial) return;
  throw problemError({
    code: 'push-stale',
    summary: `${file} has serial ${pushed.serial}; the stored state already has ${stored.serial}.`,
    next: 'Another run has written since, and found what this one had made: push nothing, and run `secrets plan`.',
  });
}
