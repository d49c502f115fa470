import { DiagnosticError, hasErrors } from '../model/index.js';
import type { Diagnostic, StateBinding, StateData } from '../model/index.js';
import type { RunContext, RunOptions } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { underLock } from './locking.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import { closeAll, look } from './sessions.js';
import type { StateChange, StateChangeResult, StateHooks } from './state.js';
import { openStore } from './store.js';
import { readValues } from './values.js';

/** A provider whose system is another one than the state was made for. */
export interface Rebinding {
  readonly provider: string;
  readonly from: StateBinding;
  readonly to: StateBinding;
}

/** How the one who rebinds takes part in it. */
export interface RebindHooks extends StateHooks {
  /** Shown what would be bound anew; the answer decides. */
  readonly approve: (rebindings: readonly Rebinding[]) => Promise<boolean>;
}

/**
 * Binds the state to the systems that the configuration points at now: for a database that was moved, or restored elsewhere.
 * Records stay as they are; whether their objects are the same ones, the next plan finds out by their ids.
 * @param providers names of the configuration; empty: all
 * @throws DiagnosticError where there is no state, no such provider, or a system cannot be reached
 */
export async function stateRebind(
  providers: readonly string[],
  options: RunOptions,
  given: RunContext,
  hooks: RebindHooks,
): Promise<StateChangeResult & { readonly declined?: boolean }> {
  const context = openScope(given);
  const { loaded, diagnostics } = await load(options.files, context);
  if (loaded === undefined) throw new DiagnosticError(diagnostics);
  checkNames(providers, loaded);
  const store = await openStore(loaded.configuration, context);
  return underLock(
    store,
    'state rebind',
    options,
    context,
    hooks.onWait,
    async ({ lock, context: inner }) => {
      const stored = await store.read();
      if (stored === undefined)
        throw refuse('no-state', 'There is no state yet: nothing is bound.', 'An apply makes it.');
      const rebindings = await findRebindings(providers, loaded, stored, options, inner);
      if (rebindings.length === 0) return { status: 'ok', diagnostics, changes: [] };
      if (!(await hooks.approve(rebindings))) {
        return { status: 'error', diagnostics, changes: [], declined: true };
      }
      const systems = {
        ...stored.systems,
        ...Object.fromEntries(rebindings.map(({ provider, to }) => [provider, to])),
      };
      await store.write({ ...stored, systems, serial: stored.serial + 1 }, stored.serial, lock);
      const changes = rebindings.map(({ provider, from, to }): StateChange => ({
        action: 'rebound',
        provider,
        from: from.name,
        to: to.name,
      }));
      return { status: 'ok', diagnostics, changes };
    },
  );
}

function checkNames(providers: readonly string[], { configuration }: Loaded): void {
  const known = configuration.providers.map((provider) => provider.name);
  const unknown = providers.filter((provider) => !known.includes(provider));
  if (unknown.length === 0) return;
  throw new DiagnosticError(
    unknown.map((one) =>
      problem('no-provider', `The configuration has no provider ${one}.`, `It has: ${known.join(', ')}.`),
    ),
  );
}

/** Asks the systems who they are, and nothing else. */
async function findRebindings(
  providers: readonly string[],
  { configuration, definitions }: Loaded,
  state: StateData,
  options: RunOptions,
  context: EngineScope,
): Promise<readonly Rebinding[]> {
  const { settings, diagnostics } = await readValues(configuration, [], false, context);
  if (hasErrors(diagnostics)) throw new DiagnosticError(diagnostics);
  const isMeant = (name: string): boolean =>
    Object.hasOwn(state.systems, name) && (providers.length === 0 || providers.includes(name));
  const seen = await look(
    {
      stack: configuration.stack,
      settings: settings.filter((setting) => isMeant(setting.name)),
      definitions,
      desired: [],
      authoritative: [],
      state: undefined,
      alsoRead: [],
    },
    options,
    context,
  );
  await closeAll(seen.sessions);
  const problems = [
    ...seen.diagnostics.filter((diagnostic) => diagnostic.severity === 'error'),
    ...seen.unreachable.map((system) =>
      problem('unreachable', `${system.provider}: ${system.message}`, system.next ?? 'Try again later.'),
    ),
  ];
  if (problems.length > 0) throw new DiagnosticError(problems);
  return Object.entries(seen.actual).flatMap(([provider, { system }]) => {
    const from = state.systems[provider];
    const to = { type: system.type, id: system.id, name: system.name };
    return from === undefined || (from.id === to.id && from.type === to.type) ? [] : [{ provider, from, to }];
  });
}

function problem(code: string, summary: string, next: string): Diagnostic {
  return { severity: 'error', code, summary, next };
}

function refuse(code: string, summary: string, next: string): DiagnosticError {
  return new DiagnosticError([problem(code, summary, next)]);
}
