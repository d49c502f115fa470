import { DiagnosticError, defined, groupBy, hasErrors, own, problem, providerOf } from '../model/index.js';
import type { Diagnostic, StateData, StateRecord } from '../model/index.js';
import type { Session } from '../providers/sdk/index.js';
import type { Loaded } from './load.js';
import { isMarkedKind, markedBy, removeMarks } from './marks.js';
import { withSessions } from './refresh/sessions.js';
import type { OpenSystem } from './refresh/sessions.js';
import type { EngineScope } from './run-scope.js';
import type { StateOptions } from './state.js';
import { readValues } from './values.js';

/** What became of the marks of objects that the state no longer owns. */
export interface Unmarked {
  readonly addresses: ReadonlySet<string>;
  /** What keeps its mark, and why. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Takes this stack's mark off what the state no longer owns, where the systems can be reached. Never throws for what cannot: the
 * state is written already.
 */
export async function takeMarksOff(
  removed: readonly StateRecord[],
  {
    loaded,
    state,
    options,
  }: { readonly loaded: Loaded; readonly state: StateData; readonly options: StateOptions },
  scope: EngineScope,
): Promise<Unmarked> {
  const marked = removed.filter(({ address }) => isMarkedKind(loaded.kinds, address));
  if (marked.length === 0) return { addresses: new Set(), diagnostics: [] };
  try {
    return await visit(marked, loaded, state, options, scope);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const why = error.diagnostics.find(({ severity }) => severity === 'error')?.summary ?? error.message;
    return {
      addresses: new Set(),
      diagnostics: marked.map(({ address }) => remains(address, why, state.stack)),
    };
  }
}

async function visit(
  marked: readonly StateRecord[],
  { configuration, definitions }: Loaded,
  state: StateData,
  { lock, lockTimeoutMs }: StateOptions,
  scope: EngineScope,
): Promise<Unmarked> {
  const { settings, diagnostics } = await readValues(configuration, [], false, scope);
  if (hasErrors(diagnostics)) throw new DiagnosticError(diagnostics);
  const byProvider = groupBy(marked, ({ address }) => providerOf(address));
  const request = {
    stack: configuration.stack,
    settings: settings.filter(({ name }) => byProvider.has(name)),
    definitions,
    parallelism: 1,
    ...defined({ lockTimeoutMs: lock ? lockTimeoutMs : undefined }),
    visit: ({ provider, session }: OpenSystem) =>
      unmarkIn(
        session,
        byProvider.get(provider) ?? [],
        configuration.stack,
        own(state.systems, provider)?.id,
      ),
  };
  return withSessions(request, scope, ({ found, unreachable, diagnostics: problems }) => {
    const results = [...found.values()];
    const settled = new Set(results.flatMap(({ settled: addresses }) => [...addresses]));
    const reasons = new Map<string, string>([
      ...unreachable.map(({ provider, message }) => [provider, message] as const),
      ...problems.filter(({ severity }) => severity === 'error').map(({ summary }) => ['', summary] as const),
    ]);
    const kept = marked.filter(({ address }) => !settled.has(address));
    const failures = new Map(results.flatMap(({ failures: some }) => [...some]));
    return Promise.resolve({
      addresses: new Set(results.flatMap(({ addresses }) => [...addresses])),
      diagnostics: kept.map(({ address }) =>
        remains(
          address,
          failures.get(address) ??
            reasons.get(providerOf(address)) ??
            reasons.get('') ??
            'its system was not asked',
          state.stack,
        ),
      ),
    });
  });
}

/** What was done in one system. */
interface UnmarkedThere {
  /** Those whose marks were taken off. */
  readonly addresses: ReadonlySet<string>;
  /** Those, and the ones that carry no mark of this stack. */
  readonly settled: ReadonlySet<string>;
  /** Why marks remain, by address. */
  readonly failures: ReadonlyMap<string, string>;
}

async function unmarkIn(
  session: Session,
  records: readonly StateRecord[],
  stack: string,
  boundTo: string | undefined,
): Promise<UnmarkedThere> {
  if (boundTo !== undefined && boundTo !== session.system.id) {
    const why = `the provider now points at another system, ${session.system.name}`;
    return {
      addresses: new Set(),
      settled: new Set(),
      failures: new Map(records.map(({ address }) => [address, why])),
    };
  }
  const { resources } = await session.read({ desired: [], records, authoritative: [] });
  const ids = new Map(records.map(({ address, id }) => [address, id]));
  const ours = resources.filter(
    ({ address, id, claimedBy }) => ids.get(address) === id && claimedBy === stack,
  );
  const { addresses, failed } = markedBy(await removeMarks(session, ours));
  const isOpen = new Set(ours.map(({ address }) => address));
  return {
    addresses,
    settled: new Set([...ids.keys()].filter((address) => !isOpen.has(address) || addresses.has(address))),
    failures: new Map(failed.map(({ address, message }) => [address, message])),
  };
}

function remains(address: string, why: string, stack: string): Diagnostic {
  return problem({
    severity: 'warning',
    code: 'mark-remains',
    summary: `${address} is no longer in the state, but may keep the mark of this stack: ${why.replace(/\.$/, '')}.`,
    next: `Another stack takes it over with \`lifecycle: { adopt: { from: ${stack} } }\`.`,
    address,
  });
}
