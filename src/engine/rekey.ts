import { DiagnosticError, NO_KEY_CHECK, hasErrors, problem, problemError } from '../model/index.js';
import type { ActualResource, Diagnostic, StateData, StateRecord } from '../model/index.js';
import { fieldAt, fingerprintDomain } from '../plan/index.js';
import { findOldKey } from '../values/index.js';
import type { Fingerprinter } from '../values/index.js';
import type { RunContext, RunOptions } from './context.js';
import { keyCheckOf } from './key-check.js';
import { load } from './load.js';
import { withLockedStore } from './locking.js';
import { refresh } from './refresh/index.js';
import type { RefreshRequest, RefreshResult } from './refresh/index.js';
import { unreachableProblems } from './refresh/systems.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import type { StateChangeResult, StateHooks } from './state.js';

/** Which key a state had. */
export interface OldKey {
  /** A file that holds it; `SECRETS_OLD_KEY` wins. */
  readonly file?: string | undefined;
  /** Nobody has it any more: no fingerprint can be carried over. */
  readonly isLost: boolean;
}

/**
 * Gives a state another key: that of this run. A fingerprint is made again where the system shows the value and the old key says that it
 * is the one that was applied; any other is dropped, and cannot be verified until its value is written next. The systems are not touched.
 * @throws DiagnosticError where there is no state, no new key, or the old key is missing or another one
 */
export async function stateRekey(
  old: OldKey,
  options: RunOptions,
  context: RunContext,
  hooks: StateHooks,
): Promise<StateChangeResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) throw new DiagnosticError(diagnostics);
  const locking = { operation: 'state rekey', options, onWait: hooks.onWait };
  return withLockedStore(loaded, locking, scope, ({ store, lock, scope: inner }) => {
    const request: RefreshRequest = {
      loaded,
      store,
      valuesAreRead: 'never',
      keyUse: 'replace',
      options,
      diagnostics,
    };
    return refresh<StateChangeResult>(request, inner, {
      onBlocked: (problems) => {
        throw new DiagnosticError(problems);
      },
      onRefreshed: async (refreshed) => {
        const { stored, fingerprint } = refreshed;
        if (stored === undefined) throw noState(store.location);
        if (fingerprint === undefined) throw noNewKey();
        const problems = problemsOf(refreshed);
        if (hasErrors(problems)) throw new DiagnosticError(problems);
        const keyCheck = keyCheckOf(fingerprint, stored.stack);
        if (stored.keyCheck === keyCheck) return { status: 'ok', diagnostics: [SAME_KEY], changes: [] };
        const { state, kept, dropped } = rekeyed(
          stored,
          refreshed,
          fingerprint,
          await oldKey(stored, old, inner),
        );
        await store.write({ ...state, keyCheck, serial: stored.serial + 1 }, stored.serial, lock);
        return { status: 'ok', diagnostics: problems, changes: [{ action: 'rekeyed', kept, dropped }] };
      },
    });
  });
}

/** The fingerprints of a system that was not read could only be dropped. */
function problemsOf({ diagnostics, systems }: RefreshResult): readonly Diagnostic[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return [...errors, ...unreachableProblems(systems.unreachable)];
}

/**
 * The key that the fingerprints of a state were made with; `undefined` where nobody has it.
 * @throws DiagnosticError where it is not given, or another one
 */
async function oldKey(
  { keyCheck, stack }: StateData,
  { file, isLost }: OldKey,
  scope: EngineScope,
): Promise<Fingerprinter | undefined> {
  if (isLost || keyCheck === NO_KEY_CHECK) return undefined;
  const key = await findOldKey(scope, file);
  if (key === undefined) {
    throw problemError({
      code: 'no-old-key',
      summary: 'The key that the state has now is not given.',
      next: 'Set SECRETS_OLD_KEY to it, or give --old-key-file FILE. If nobody has it any more: --old-key-lost',
    });
  }
  const fingerprint = await key.open();
  if (keyCheck === undefined || keyCheckOf(fingerprint, stack) === keyCheck) return fingerprint;
  throw problemError({
    code: 'another-key',
    summary: `The fingerprints of the state were made with another key than ${key.name}.`,
    next: 'Give the key of the last apply. If nobody has it any more: --old-key-lost',
  });
}

/** A state under another key. */
interface Rekeyed {
  readonly state: StateData;
  /** How many fingerprints were made again. */
  readonly kept: number;
  /** The fields without a fingerprint now, as `ADDRESS#field`. */
  readonly dropped: readonly string[];
}

function rekeyed(
  stored: StateData,
  { systems }: RefreshResult,
  fingerprint: Fingerprinter,
  before: Fingerprinter | undefined,
): Rekeyed {
  const found = Object.values(systems.actual).flatMap(({ resources }) => resources);
  const actual = new Map(
    found.filter(({ inherited }) => inherited !== true).map((resource) => [resource.address, resource]),
  );
  const dropped: string[] = [];
  let kept = 0;
  const records = stored.records.map((record): StateRecord => {
    const { fingerprintedAs: _made, ...rest } = record;
    const fingerprints: Record<string, string> = {};
    for (const path of record.sensitiveFields) {
      const field = knownField(record, actual.get(record.address), path, before);
      if (field === undefined) dropped.push(`${record.address}#${path}`);
      else fingerprints[path] = fingerprint(fingerprintDomain(record.address, path), field);
    }
    kept += Object.keys(fingerprints).length;
    return { ...rest, fingerprints };
  });
  return { state: { ...stored, records }, kept, dropped };
}

/** The value that a fingerprint was made of, where the system shows it. */
function knownField(
  { address, id, fingerprints, fingerprintedAs }: StateRecord,
  actual: ActualResource | undefined,
  path: string,
  before: Fingerprinter | undefined,
): Parameters<Fingerprinter>[1] | undefined {
  const recorded = fingerprints[path];
  if (actual?.id !== id || recorded === undefined || before === undefined) return undefined;
  const field = fieldAt(actual.fields, path);
  if (field?.kind !== 'sensitive') return undefined;
  const made = before(fingerprintDomain(fingerprintedAs ?? address, path), field.value, recorded);
  return made === recorded ? field.value : undefined;
}

const SAME_KEY = problem({
  severity: 'info',
  code: 'rekey-same',
  summary: 'The state has this key already. Nothing was changed.',
});

function noState(location: string): DiagnosticError {
  return problemError({
    code: 'no-state',
    summary: `There is no state yet (${location}).`,
    next: 'The first apply makes it, under the key of that run.',
  });
}

function noNewKey(): DiagnosticError {
  return problemError({
    code: 'no-key',
    summary: 'There is no new key.',
    next: 'Set SECRETS_KEY to it: openssl rand -base64 32',
  });
}
