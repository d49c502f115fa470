import { DiagnosticError } from '../model/index.js';
import type { Action, Diagnostic, Outcome, Plan } from '../model/index.js';
import { runChanges } from '../apply/index.js';
import type { Applier } from '../apply/index.js';
import type { Loaded } from './load.js';
import type { RefreshResult } from './refresh/index.js';
import { rescueState } from './rescue.js';
import type { EngineScope } from './run-scope.js';
import { timed } from './timed.js';
import type { StateWriter } from './writer.js';

/** How many resources an apply did what to. A replacement counts as one added and one destroyed. */
export interface ApplySummary {
  readonly added: number;
  readonly changed: number;
  readonly destroyed: number;
  readonly imported: number;
  readonly forgotten: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What to carry out, and in which systems. */
export interface CarryOutRequest {
  readonly plan: Plan;
  readonly refreshed: RefreshResult;
  readonly definitions: Loaded['definitions'];
  /** Called for each change as soon as its end is known. */
  readonly onOutcome: (outcome: Outcome) => void;
}

/**
 * Carries out a plan, and saves the state after every batch. Where that fails nothing new is begun; it is tried once more at the
 * end, and then the state is kept in a file.
 */
export async function carryOut(
  { plan, refreshed, definitions, onOutcome }: CarryOutRequest,
  writer: StateWriter,
  scope: EngineScope,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly unsaved: readonly Diagnostic[] }> {
  const stop = new AbortController();
  const outcomes = await runChanges({
    changes: plan.changes,
    desired: refreshed.desired,
    applierOf: (provider) => applierOf(provider, refreshed, scope),
    isTransactional: (provider) => definitions.get(provider)?.transactional === true,
    onOutcome: (outcome) => {
      writer.take(outcome);
      onOutcome(outcome);
    },
    checkpoint: async () => {
      const isSaved = (await problemsOf(writer.save())).length === 0;
      if (!isSaved) stop.abort();
      return isSaved;
    },
    signal: AbortSignal.any([scope.signal, stop.signal]),
  });
  writer.confirm();
  const problems = await problemsOf(writer.save());
  const unsaved = problems.length === 0 ? [] : await rescueState(writer.next(), problems, scope);
  return { outcomes, unsaved };
}

function applierOf(provider: string, { systems }: RefreshResult, scope: EngineScope): Applier | undefined {
  const session = systems.sessions.get(provider);
  if (session === undefined) return undefined;
  return { apply: (...batch) => timed(scope, `${provider}: apply`, () => session.apply(...batch)) };
}

/** The problems that a write of the state ended with; none where it is written. */
async function problemsOf(saving: Promise<void>): Promise<readonly Diagnostic[]> {
  try {
    await saving;
    return [];
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
}

/** Counts what was done. */
export function summarize(plan: Plan, outcomes: readonly Outcome[]): ApplySummary {
  const done = new Set(outcomes.filter(({ status }) => status === 'done').map(({ address }) => address));
  const count = (...actions: readonly Action[]): number =>
    plan.changes.filter(({ action, address }) => actions.includes(action) && done.has(address)).length;
  return {
    added: count('create', 'replace'),
    changed: count('update'),
    destroyed: count('delete', 'replace'),
    imported: count('import'),
    forgotten: count('forget'),
    failed: outcomes.filter(({ status }) => status === 'failed').length,
    skipped: outcomes.filter(({ status }) => status === 'skipped').length,
  };
}
