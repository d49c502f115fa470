import { DiagnosticError, hasErrors, problem, problemError, own } from '../model/index.js';
import type { StateBinding, StateData, SystemIdentity } from '../model/index.js';
import type { RunContext, RunOptions } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { withLockedStore } from './locking.js';
import { withSessions } from './refresh/sessions.js';
import type { OpenSystem } from './refresh/sessions.js';
import { unreachableProblems } from './refresh/systems.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import type { StateChangeResult, StateHooks } from './state.js';
import { readValues } from './values.js';
import { bindingOf } from './writer.js';

/** A provider whose system is another one than the state was made for. */
export interface Rebinding {
  readonly provider: string;
  readonly from: StateBinding;
  readonly to: StateBinding;
}

/** How the caller takes part in a rebind. */
export interface RebindHooks extends StateHooks {
  /** Shown what would be bound to another system; the answer decides. */
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
  context: RunContext,
  hooks: RebindHooks,
): Promise<StateChangeResult & { readonly declined?: boolean }> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) throw new DiagnosticError(diagnostics);
  checkNames(providers, loaded);
  const locking = { operation: 'state rebind', options, onWait: hooks.onWait };
  return withLockedStore(loaded, locking, scope, async ({ store, lock, scope: inner }) => {
    const stored = await store.read();
    if (stored === undefined) throw noState();
    const rebindings = await findRebindings(providers, loaded, stored, options, inner);
    if (rebindings.length === 0) return { status: 'ok', diagnostics, changes: [] };
    if (!(await hooks.approve(rebindings))) {
      return { status: 'error', diagnostics, changes: [], declined: true };
    }
    await store.write(rebound(stored, rebindings), stored.serial, lock);
    return {
      status: 'ok',
      diagnostics,
      changes: rebindings.map(({ provider, from, to }) => ({
        action: 'rebound',
        provider,
        from: from.name,
        to: to.name,
      })),
    };
  });
}

function noState(): DiagnosticError {
  return problemError({
    code: 'no-state',
    summary: 'There is no state yet: nothing is bound.',
    next: 'An apply makes it.',
  });
}

function rebound(stored: StateData, rebindings: readonly Rebinding[]): StateData {
  const bindings = Object.fromEntries(rebindings.map(({ provider, to }) => [provider, to]));
  return { ...stored, systems: { ...stored.systems, ...bindings }, serial: stored.serial + 1 };
}

function checkNames(providers: readonly string[], { configuration }: Loaded): void {
  const known = configuration.providers.map(({ name }) => name);
  const unknown = providers.filter((provider) => !known.includes(provider));
  if (unknown.length === 0) return;
  throw new DiagnosticError(
    unknown.map((name) =>
      problem({
        code: 'no-provider',
        summary: `The configuration has no provider ${name}.`,
        next: `It has: ${known.join(', ')}.`,
      }),
    ),
  );
}

/** Asks the systems who they are, and nothing else. */
async function findRebindings(
  providers: readonly string[],
  { configuration, definitions }: Loaded,
  state: StateData,
  { parallelism }: RunOptions,
  scope: EngineScope,
): Promise<readonly Rebinding[]> {
  const { settings, diagnostics } = await readValues(configuration, [], false, scope);
  if (hasErrors(diagnostics)) throw new DiagnosticError(diagnostics);
  const isNamed = (name: string): boolean => providers.length === 0 || providers.includes(name);
  const request = {
    stack: configuration.stack,
    settings: settings.filter(({ name }) => Object.hasOwn(state.systems, name) && isNamed(name)),
    definitions,
    parallelism,
    visit: ({ session }: OpenSystem) => Promise.resolve(session.system),
  };
  return withSessions(request, scope, (visited) => {
    const errors = visited.diagnostics.filter(({ severity }) => severity === 'error');
    const problems = [...errors, ...unreachableProblems(visited.unreachable)];
    if (problems.length > 0) throw new DiagnosticError(problems);
    return Promise.resolve(rebindingsOf(visited.found, state));
  });
}

function rebindingsOf(systems: ReadonlyMap<string, SystemIdentity>, state: StateData): readonly Rebinding[] {
  return [...systems].flatMap(([provider, system]) => {
    const from = own(state.systems, provider);
    const isSame = from === undefined || (from.id === system.id && from.type === system.type);
    return isSame ? [] : [{ provider, from, to: bindingOf(system) }];
  });
}
