import { defined, hasErrors, plain, providerOf } from '../model/index.js';
import type { ActualResource, DesiredResource, Diagnostic, Kinds, Plan, StateData } from '../model/index.js';
import { fingerprintDomain, makePlan, scopeOf } from '../plan/index.js';
import type { ResolvedSettings, Session } from '../providers/sdk/index.js';
import { applyMoves, recordsOfIntents, renamesOf, settleIntents, unfollowed } from '../state/index.js';
import type { StateStore } from '../state/index.js';
import { findKey } from '../values/index.js';
import type { Fingerprinter } from '../values/index.js';
import type { RunOptions } from './context.js';
import type { EngineScope } from './run-scope.js';
import { checkRotates, homesOf, settleGenerated } from './generated.js';
import type { Loaded } from './load.js';
import { closeAll, look } from './sessions.js';
import type { Seen } from './sessions.js';
import { readValues } from './values.js';

/** A look at the world, and the plan that follows from it. The sessions are open: close them. */
export interface Observation {
  readonly plan: Plan;
  /** What was said before planning: no refusal of the plan is among it. */
  readonly found: readonly Diagnostic[];
  /** The state as it is stored. */
  readonly stored: StateData | undefined;
  /** The state with moves followed and intents settled. */
  readonly state: StateData | undefined;
  readonly desired: ReadonlyMap<string, DesiredResource>;
  readonly seen: Seen;
  readonly sessions: ReadonlyMap<string, Session>;
  readonly fingerprint: Fingerprinter | undefined;
  close(): Promise<void>;
}

/**
 * What a look is for: a plan compares with what is wanted, drift with what was last applied; who only looks needs no value.
 */
export type Purpose = 'plan' | 'drift' | 'look';

/** What to look at. */
export interface ObserveRequest {
  readonly loaded: Loaded;
  readonly store: StateStore;
  readonly purpose: Purpose;
  readonly options: RunOptions;
  /** What was said before. */
  readonly found: readonly Diagnostic[];
  /** What stands against going on, seen from the state as it is stored: nothing else is read then. */
  readonly checkState?: (stored: StateData | undefined) => readonly Diagnostic[];
}

/**
 * Looks at everything and makes a plan: state, values, systems.
 * @returns the observation; or only diagnostics, where something is missing without which nothing can be compared
 * @throws DiagnosticError where the state or the key cannot be read
 */
export async function observe(
  { loaded, store, purpose, options, found, checkState }: ObserveRequest,
  context: EngineScope,
): Promise<{ readonly observation?: Observation; readonly diagnostics: readonly Diagnostic[] }> {
  const { configuration, definitions, kinds } = loaded;
  const stored = await store.read();
  const against = checkState?.(stored) ?? [];
  if (hasErrors(against)) return { diagnostics: [...found, ...against] };
  const state = stored === undefined ? undefined : applyMoves(stored, configuration.moved, kinds);
  const renames =
    stored === undefined ? new Map<string, string>() : renamesOf(stored, configuration.moved, kinds);
  const key = await findKey(context.env, store.keyFile);
  const scope = { targets: options.targets, excludes: options.excludes };
  const inScope = scopeOf(scope, kinds, [...configuration.resources, ...(state?.records ?? [])]);
  const resources = configuration.resources.filter((resource) => inScope(resource.address));
  const homes = homesOf(configuration);
  context.progress('reading values');
  const needValues = purpose === 'plan' || (purpose === 'drift' && key === undefined);
  const valued = await readValues(configuration, resources, needValues, context);
  const diagnostics = [
    ...found,
    ...(store.warnings ?? []),
    ...(key?.diagnostics ?? []),
    ...valued.diagnostics,
    ...withoutProvider(loaded, state),
    ...checkRotates(options.rotates ?? [], homes),
  ];
  if (hasErrors(diagnostics)) return { diagnostics };
  const involved = new Set(resources.map((resource) => providerOf(resource.address)));
  for (const record of state?.records ?? []) {
    if (inScope(record.address)) involved.add(providerOf(record.address));
  }
  const isWhole = options.targets.length === 0 && options.excludes.length === 0;
  const seen = await look(
    {
      stack: configuration.stack,
      // A system that the scope leaves out is not asked: that is how one goes on while another is down.
      settings: valued.settings
        .filter((setting) => isWhole || involved.has(setting.name))
        .map((setting) => (options.allowServerLog === true ? withServerLog(setting) : setting)),
      definitions,
      desired: valued.desired,
      authoritative: configuration.authoritative,
      state,
      alsoRead: [
        ...recordsOfIntents(state),
        ...(stored?.records.filter((record) => renames.has(record.address)) ?? []),
      ],
    },
    options,
    context,
  );
  const fingerprint = key?.fingerprint;
  const there = actualOf(seen);
  const desired = settleGenerated(seen.desired, homes, there, new Set(options.rotates), (address) =>
    Object.hasOwn(seen.actual, providerOf(address)),
  );
  const left =
    stored === undefined ? new Set<string>() : unfollowed(stored, renames, (at) => there.get(at)?.id, kinds);
  const followed =
    stored === undefined || left.size === 0 ? state : applyMoves(stored, configuration.moved, kinds, left);
  const settled = settle(followed, seen, inScope, kinds);
  const said = [
    ...diagnostics,
    ...seen.diagnostics,
    ...notFollowed(left, renames, kinds),
    ...settled.diagnostics,
  ];
  const plan = makePlan({
    stack: configuration.stack,
    now: context.now().toISOString(),
    configuration: configuration.digest,
    desired,
    configured: configuration.resources.map((resource) => resource.address),
    authoritative: configuration.authoritative,
    removed: configuration.removed.map((one) => one.address),
    actual: seen.actual,
    unreachable: seen.unreachable,
    state: settled.state,
    kinds,
    ...defined({ fingerprint }),
    scope,
    ...defined({ maxDeletes: options.maxDeletes }),
    diagnostics: said,
  });
  const observation: Observation = {
    plan,
    found: said,
    stored,
    state: settled.state,
    desired: new Map(desired.map((resource) => [resource.address, resource])),
    seen,
    sessions: seen.sessions,
    fingerprint,
    close: () => closeAll(seen.sessions),
  };
  return { observation, diagnostics: plan.diagnostics };
}

/** What is said of moves that the systems have not followed. */
function notFollowed(
  left: ReadonlySet<string>,
  renames: ReadonlyMap<string, string>,
  kinds: Kinds,
): readonly Diagnostic[] {
  return [...left]
    .filter((address) => !left.has(kinds.parentOf(address) ?? ''))
    .map((address) => ({
      severity: 'info',
      code: 'move-not-followed',
      summary: `${address} still has its old name in its system: it is to be destroyed, and ${renames.get(address) ?? ''} created.`,
      next: 'To keep the object itself, rename it there first, where the system can do that.',
      address,
    }));
}

/** A provider's settings with the flag that stands for its own `allow_server_log`. */
function withServerLog(settings: ResolvedSettings): ResolvedSettings {
  return { ...settings, fields: { ...settings.fields, allow_server_log: plain(true) } };
}

/** What the systems have, by address. */
function actualOf({ actual }: Pick<Seen, 'actual'>): ReadonlyMap<string, ActualResource> {
  return new Map(Object.values(actual).flatMap((result) => result.resources.map((it) => [it.address, it])));
}

/** Looks for what an interrupted run was about to make. */
function settle(
  state: StateData | undefined,
  { actual }: Seen,
  inScope: (address: string) => boolean,
  kinds: Kinds,
): { readonly state: StateData | undefined; readonly diagnostics: readonly Diagnostic[] } {
  if (state?.intents === undefined) return { state, diagnostics: [] };
  const found = actualOf({ actual });
  const isSeen = (address: string): boolean => Object.hasOwn(actual, providerOf(address)) && inScope(address);
  return settleIntents(state, found, isSeen, kinds);
}

/** The domain-separated fingerprint of a field. */
export function fieldFingerprint(
  fingerprint: Fingerprinter | undefined,
): ((address: string, path: string, value: Parameters<Fingerprinter>[1]) => string) | undefined {
  return fingerprint === undefined
    ? undefined
    : (address, path, value) => fingerprint(fingerprintDomain(address, path), value);
}

/** Resources that the state owns with a provider that the configuration has no more: nobody could look after them. */
function withoutProvider(
  { configuration, kinds }: Loaded,
  state: StateData | undefined,
): readonly Diagnostic[] {
  const known = new Set(configuration.providers.map((provider) => provider.name));
  const removed = new Set(configuration.removed.map((one) => one.address));
  const orphans = (state?.records ?? []).filter(({ address }) => {
    const { provider, kind } = kinds.mustParse(address);
    const family = [address, kinds.parentOf(address) ?? ''];
    return !known.has(provider) && !family.some((one) => removed.has(one)) && !kinds.isList(kind);
  });
  if (orphans.length === 0) return [];
  const [first] = orphans;
  return [
    {
      severity: 'error',
      code: 'provider-gone',
      summary: `The state owns ${orphans.length} resource(s) of a provider that the configuration no longer has, ${first?.address ?? ''} among them.`,
      next: 'Bring the provider back until they are gone, or list them under `removed`.',
    },
  ];
}
