import { DiagnosticError, hasErrors, problem, problemError, own } from '../model/index.js';
import type { ActualResource, Kinds, StateBinding, StateData, SystemIdentity } from '../model/index.js';
import type { RunContext, RunOptions } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { withLockedStore } from './locking.js';
import { withSessions } from './refresh/sessions.js';
import type { OpenSystem } from './refresh/sessions.js';
import { unreachableProblems } from './refresh/systems.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import { matchRecords } from './rebind-matches.js';
import type { RecordMatch, UnmatchedRecord } from './rebind-matches.js';
import type { StateChange, StateChangeResult, StateHooks } from './state.js';
import { readValues } from './values.js';
import { bindingOf } from './writer.js';

/** A provider whose system is another one than the state was made for, or was restored. */
export interface Rebinding {
  readonly provider: string;
  readonly from: StateBinding;
  readonly to: StateBinding;
  /** Records whose objects have another id now. */
  readonly matches: readonly RecordMatch[];
  /** Records whose objects were not found. */
  readonly unmatched: readonly UnmatchedRecord[];
}

/** How the caller takes part in a rebind. */
export interface RebindHooks extends StateHooks {
  /** Shown what would be bound to another system; the answer decides. */
  readonly approve: (rebindings: readonly Rebinding[]) => Promise<boolean>;
}

/**
 * Binds the state to the systems that the configuration points at now: for a database that was moved or restored. A record whose
 * object has another id there is matched by this stack's mark and its name; whether the others exist, the next plan finds out.
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
      changes: rebindings.flatMap(changesOf),
    };
  });
}

function changesOf({ provider, from, to, matches }: Rebinding): readonly StateChange[] {
  const matched = matches.map((match) => ({ action: 'matched', ...match }) as const);
  if (from.id === to.id && from.type === to.type) return matched;
  return [{ action: 'rebound', provider, from: from.name, to: to.name }, ...matched];
}

function noState(): DiagnosticError {
  return problemError({
    code: 'no-state',
    summary: 'There is no state yet: nothing is bound.',
    next: 'An apply makes it.',
  });
}

/** A system, and what it holds. */
interface Contents {
  readonly system: SystemIdentity;
  readonly actual: readonly ActualResource[];
}

function rebound(stored: StateData, rebindings: readonly Rebinding[]): StateData {
  const bindings = Object.fromEntries(rebindings.map(({ provider, to }) => [provider, to]));
  const ids = new Map(rebindings.flatMap(({ matches }) => matches).map(({ address, to }) => [address, to]));
  return {
    ...stored,
    systems: { ...stored.systems, ...bindings },
    records: stored.records.map((record) => ({ ...record, id: ids.get(record.address) ?? record.id })),
    serial: stored.serial + 1,
  };
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

/** Asks the systems who they are, and those with records what they hold; no values. */
async function findRebindings(
  providers: readonly string[],
  { configuration, definitions, kinds }: Loaded,
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
    visit: async ({ session }: OpenSystem) => ({ system: session.system, actual: await session.discover() }),
  };
  return withSessions(request, scope, (visited) => {
    const errors = visited.diagnostics.filter(({ severity }) => severity === 'error');
    const problems = [...errors, ...unreachableProblems(visited.unreachable)];
    if (problems.length > 0) throw new DiagnosticError(problems);
    return Promise.resolve(rebindingsOf(visited.found, state, kinds));
  });
}

function rebindingsOf(
  systems: ReadonlyMap<string, Contents>,
  state: StateData,
  kinds: Kinds,
): readonly Rebinding[] {
  return [...systems].flatMap(([provider, { system, actual }]) => {
    const from = own(state.systems, provider);
    if (from === undefined) return [];
    const isSame = from.id === system.id && from.type === system.type;
    const { matches, unmatched } = matchRecords(state, provider, actual, kinds);
    if (isSame && matches.length === 0) return [];
    return [{ provider, from, to: bindingOf(system), matches, unmatched }];
  });
}
