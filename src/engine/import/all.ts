import { DiagnosticError, compareText, hasErrors, problem } from '../../model/index.js';
import type { ActualResource, DesiredResource, Diagnostic } from '../../model/index.js';
import type { RunContext, RunOptions } from '../context.js';
import { load } from '../load.js';
import type { Loaded } from '../load.js';
import { withLockedStore } from '../locking.js';
import { applyMarks, isMarkedKind, markProblems } from '../marks.js';
import { refresh } from '../refresh/index.js';
import type { RefreshRequest, RefreshResult } from '../refresh/index.js';
import { actualByAddress, unreachableProblems } from '../refresh/systems.js';
import { openScope } from '../run-scope.js';
import type { StateChangeResult, StateHooks } from '../state.js';
import { newState } from '../writer.js';
import { claimProblem } from './claim.js';
import { checkOneAddress, importedChange, withImported } from './record.js';
import type { Importable } from './record.js';

/** What an import of everything would take in. */
export interface ImportPlan {
  /** Each object that exists, is named by the configuration, and is not in the state. Sorted by address. */
  readonly objects: readonly { readonly address: string; readonly id: string; readonly isMarked: boolean }[];
  /** Addresses of the configuration that the systems do not have: an apply creates them. */
  readonly missing: readonly string[];
  /** What exists and is left out, and why. */
  readonly diagnostics: readonly Diagnostic[];
}

/** How the caller takes part in an import of everything. */
export interface ImportHooks extends StateHooks {
  /** Shown what would be taken in, where there is anything; the answer decides. */
  readonly approve: (plan: ImportPlan) => Promise<boolean>;
}

/** The result of an import of everything. */
export type ImportAllResult = StateChangeResult & { readonly declined?: boolean };

/**
 * Takes everything into the state that the configuration names and the systems have: for a state that was lost. What another stack
 * has marked, and what the state owns already, is left out. Members of lists need no import.
 * @throws DiagnosticError where the configuration is not sound, or a mark cannot be set
 */
export async function importAll(
  options: RunOptions,
  context: RunContext,
  hooks: ImportHooks,
): Promise<ImportAllResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) throw new DiagnosticError(diagnostics);
  const locking = { operation: 'import', options, onWait: hooks.onWait };
  return withLockedStore(loaded, locking, scope, ({ store, lock, scope: inner }) => {
    const request: RefreshRequest = { loaded, store, valuesAreRead: 'never', options, diagnostics };
    return refresh<ImportAllResult>(request, inner, {
      onBlocked: (problems) => {
        throw new DiagnosticError(problems);
      },
      onRefreshed: async (refreshed) => {
        const obstacle = obstacleTo(refreshed);
        if (obstacle !== undefined) return obstacle;
        const { importable, missing, left } = sortOut(loaded, refreshed);
        const found = [...refreshed.diagnostics, ...left];
        if (importable.length === 0) return { status: 'ok', diagnostics: found, changes: [] };
        const before = refreshed.unmoved ?? newState(loaded.configuration.stack);
        const next = await withImported(before, importable, refreshed, inner.now());
        checkOneAddress(
          next,
          importable.map(({ actual }) => actual.address),
          loaded.kinds,
        );
        const objects = importable.map(({ actual: { address, id, claimedBy } }) => ({
          address,
          id,
          isMarked: isMarkedKind(loaded.kinds, address) && claimedBy !== loaded.configuration.stack,
        }));
        if (!(await hooks.approve({ objects, missing, diagnostics: found }))) {
          return { status: 'error', diagnostics: found, changes: [], declined: true };
        }
        const actuals = importable.map(({ actual }) => actual);
        const marked = await applyMarks(actuals, { loaded, refreshed });
        const failures = markProblems(marked, 'import-mark');
        if (failures.length > 0) throw new DiagnosticError(failures);
        await store.write(next, before.serial, lock);
        return {
          status: 'ok',
          diagnostics: [...found, ...marked.diagnostics],
          changes: actuals.map((actual) => importedChange(actual, marked)),
        };
      },
    });
  });
}

/** A system that was not reached, or an error that says that what was read is not what is meant: nothing is imported. */
function obstacleTo({ systems, diagnostics }: RefreshResult): ImportAllResult | undefined {
  if (hasErrors(diagnostics)) return { status: 'error', diagnostics, changes: [] };
  if (systems.unreachable.length === 0) return undefined;
  return {
    status: 'unreachable',
    diagnostics: [...diagnostics, ...unreachableProblems(systems.unreachable)],
    changes: [],
  };
}

interface SortedOut {
  readonly importable: readonly Importable[];
  readonly missing: readonly string[];
  readonly left: readonly Diagnostic[];
}

/** What of the configuration exists and is not ours yet. */
function sortOut({ configuration: { stack }, kinds }: Loaded, refreshed: RefreshResult): SortedOut {
  const actual = actualByAddress(refreshed.systems);
  const records = new Map((refreshed.unmoved?.records ?? []).map((record) => [record.address, record]));
  const importable: Importable[] = [];
  const missing: string[] = [];
  const left: Diagnostic[] = [];
  const wanted = [...refreshed.desired.values()].sort((a, b) => compareText(a.address, b.address));
  for (const desired of wanted) {
    if (kinds.isList(kinds.mustParse(desired.address).kind)) continue;
    const found = actual.get(desired.address);
    if (found === undefined || found.inherited === true) {
      missing.push(desired.address);
      continue;
    }
    const record = records.get(desired.address);
    if (record?.id === found.id) continue;
    const parent = refreshed.desired.get(kinds.parentOf(desired.address) ?? '');
    const obstacle =
      record === undefined ? claimObstacle(found, stack, desired, parent) : otherObject(found, record.id);
    if (obstacle === undefined) importable.push({ actual: found, resource: desired });
    else left.push(obstacle);
  }
  return { importable, missing, left };
}

function claimObstacle(
  found: ActualResource,
  stack: string,
  desired: DesiredResource,
  parent: DesiredResource | undefined,
): Diagnostic | undefined {
  const from = desired.lifecycle.adoptFrom ?? parent?.lifecycle.adoptFrom;
  const claim = claimProblem(found, stack, from);
  return claim && problem({ ...claim, severity: 'warning', at: desired.range });
}

function otherObject({ address, id }: ActualResource, owned: string): Diagnostic {
  return problem({
    severity: 'warning',
    code: 'import-other-object',
    summary: `${address} is another object (${id}) than the one that the state owns (${owned}): it is left out.`,
    next: `If it is the one you mean: secrets import ${address} ${id}`,
    address,
  });
}
