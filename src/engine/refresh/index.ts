import { defined, hasErrors, providerOf } from '../../model/index.js';
import type { DesiredResource, Diagnostic, Kinds, StateData } from '../../model/index.js';
import type { StateStore } from '../../state/index.js';
import { findKey, makeKeyFile } from '../../values/index.js';
import type { FingerprintKey, Fingerprinter } from '../../values/index.js';
import type { RunOptions } from '../context.js';
import { checkKey, hasKeyCheck, mayMakeKey } from '../key-check.js';
import type { Loaded } from '../load.js';
import type { EngineScope } from '../run-scope.js';
import { readValues } from '../values.js';
import { scopeOf } from '../../plan/index.js';
import { resolvePatterns, withMoved } from './aliases.js';
import type { Patterns } from './aliases.js';
import { checkAccepted, checkDecisions, homesOf, settleGenerated, sharedHomesOf } from './generated.js';
import type { GeneratedContext } from './generated.js';
import { settleInterrupted, settleMoves, valueTest, withCopies, withNewNames } from './moves.js';
import type { SettledMoves } from './moves.js';
import { alsoReadOf, checkMovedSystems, checkProviders, followMoves } from './state.js';
import type { RecordedState } from './state.js';
import { actualByAddress, refreshSystems } from './systems.js';
import type { SystemsSnapshot } from './systems.js';
import { select, selectSettings } from './selection.js';

/** What to refresh. */
export interface RefreshRequest {
  readonly loaded: Loaded;
  readonly store: StateStore;
  /**
   * Whether the values of resources are read: always (a plan compares with them); only where there is no key (drift compares
   * fingerprints with one); never (the systems alone are of interest).
   */
  readonly valuesAreRead: 'always' | 'without-key' | 'never';
  /**
   * What the key is for: to compare with the fingerprints of the state (the default); the same, and to write new ones; the same, and
   * it is made now beside a local state, where there is none; to take the place of another one; nothing.
   */
  readonly keyUse?: 'compare' | 'write' | 'make' | 'replace' | 'none';
  readonly options: RunOptions;
  /** Problems found before. */
  readonly diagnostics: readonly Diagnostic[];
  /** What there is to say of the state as it is stored. An error ends the refresh before anything else is read. */
  readonly checkState?: (stored: StateData | undefined) => readonly Diagnostic[];
}

/** State, values and systems at one moment. The sessions are open as long as the use of it takes. */
export interface RefreshResult {
  /** Problems found so far; no refusal of a plan is among them. */
  readonly diagnostics: readonly Diagnostic[];
  /** The state as it is stored. */
  readonly stored: StateData | undefined;
  /** The state with moves followed and intents settled. */
  readonly state: StateData | undefined;
  /** The state with intents settled, and records under the names that their objects have. */
  readonly unmoved: StateData | undefined;
  /** What is wanted, in the systems' own terms, by address. */
  readonly desired: ReadonlyMap<string, DesiredResource>;
  /** The moves that are still to be done. */
  readonly moves: SettledMoves;
  /** The targets and exclusions, as the systems have the names. */
  readonly patterns: Patterns;
  readonly systems: SystemsSnapshot;
  /** The stack's key; absent where there is none. */
  readonly key: FingerprintKey | undefined;
  /** Under the key. Absent where there is none, and where neither a wanted value nor the state needs it. */
  readonly fingerprint: Fingerprinter | undefined;
}

/** What follows a refresh. */
export interface RefreshUse<Result> {
  readonly onRefreshed: (refreshed: RefreshResult) => Promise<Result>;
  /** Called instead where an error stands in the way of any comparison. */
  readonly onBlocked: (diagnostics: readonly Diagnostic[]) => Result;
}

/**
 * Reads the state, the values and the systems, in this order, and hands them over. Sessions are closed at the end, whatever happens.
 * @throws DiagnosticError where the state or the key cannot be read
 */
export async function refresh<Result>(
  request: RefreshRequest,
  scope: EngineScope,
  { onRefreshed, onBlocked }: RefreshUse<Result>,
): Promise<Result> {
  const { loaded, store, options } = request;
  const { configuration } = loaded;
  const stored = await store.read();
  const obstacles = request.checkState?.(stored) ?? [];
  if (hasErrors(obstacles)) return onBlocked([...request.diagnostics, ...obstacles]);
  const recorded = followMoves(stored, loaded);
  const key = await keyFor(request, stored, scope);
  const selection = select(loaded, recorded.moved, options);
  scope.progress('reading values');
  const isNeeded = request.valuesAreRead === 'always' || (request.valuesAreRead === 'without-key' && !key);
  const values = await readValues(configuration, selection.resources, isNeeded, scope);
  const homes = homesOf(configuration);
  const diagnostics = [
    ...request.diagnostics,
    ...obstacles,
    ...(store.warnings ?? []),
    ...(key?.diagnostics ?? []),
    ...values.diagnostics,
    ...checkProviders(loaded, recorded.moved),
    ...checkDecisions(options.rotates ?? [], options.accepts ?? [], homes),
  ];
  if (hasErrors(diagnostics)) return onBlocked(diagnostics);
  const sharedHomes = sharedHomesOf(homes);
  // Their copies may need their values.
  const sources = new Set(recorded.moves.map(({ from }) => from));
  const systems = {
    stack: configuration.stack,
    settings: selectSettings(values.settings, selection, options),
    definitions: loaded.definitions,
    parallelism: options.parallelism,
    ...defined({
      lockTimeoutMs: options.lock ? options.lockTimeoutMs : undefined,
      patienceMs: options.timeoutMs,
    }),
    comparesOnly: request.valuesAreRead !== 'always',
    desired: values.desired,
    authoritative: configuration.authoritative,
    reads: (address: string) => selection.reads(endOf(address, recorded, loaded.kinds)),
    state: recorded.asRead,
    alsoRead: alsoReadOf(recorded, loaded),
    seekUnmanaged: options.seekUnmanaged === true,
    // Without a key there is no fingerprint to compare; what others take their value from must be known.
    mustReadValue: isNeeded
      ? (address: string) => key === undefined || sharedHomes.has(address) || sources.has(address)
      : () => false,
  };
  // While the systems are asked.
  const opening = isKeyNeeded(request, values.desired, recorded.moved) ? openKey(key) : undefined;
  return refreshSystems(systems, scope, async (snapshot) => {
    const fingerprint = (await opening)?.();
    diagnostics.push(...keyProblems(request, stored, key, fingerprint));
    if (hasErrors(diagnostics)) return onBlocked(diagnostics);
    return onRefreshed(settle({ request, recorded, key, fingerprint, diagnostics }, snapshot));
  });
}

async function keyFor(
  { keyUse, store: { keyFile } }: RefreshRequest,
  stored: StateData | undefined,
  scope: EngineScope,
): Promise<FingerprintKey | undefined> {
  if (keyUse === 'none') return undefined;
  const key = await findKey(scope, keyFile);
  const isMade = keyUse === 'replace' || (keyUse === 'make' && mayMakeKey(stored));
  if (key !== undefined || keyFile === undefined || !isMade) return key;
  await makeKeyFile(keyFile);
  return findKey(scope, keyFile);
}

function keyProblems(
  { keyUse = 'compare', store: { keyFile } }: RefreshRequest,
  stored: StateData | undefined,
  key: FingerprintKey | undefined,
  fingerprint: Fingerprinter | undefined,
): readonly Diagnostic[] {
  if (keyUse === 'none' || keyUse === 'replace') return [];
  return checkKey(stored, { key, fingerprint, keyFile, isWriting: keyUse !== 'compare' });
}

/** Where a move leads what has an address now, or what that lives in; the address itself where none does. */
function endOf(address: string, { moves }: RecordedState, kinds: Kinds): string {
  const parent = kinds.parentOf(address);
  return moves.find(({ from }) => from === address || from === parent)?.to ?? address;
}

/** Whether there is a value to make a fingerprint of, or a fingerprint to compare one with. */
function isKeyNeeded(
  { keyUse }: RefreshRequest,
  desired: readonly DesiredResource[],
  state: StateData | undefined,
): boolean {
  return (
    keyUse === 'replace' ||
    hasKeyCheck(state) ||
    desired.some(hasSensitiveField) ||
    (state?.records.some(({ fingerprints }) => Object.keys(fingerprints).length > 0) ?? false) ||
    (state?.intents?.some(({ fingerprints }) => fingerprints !== undefined) ?? false)
  );
}

/** Whether a resource has a value that is known here. */
export function hasSensitiveField({ fields }: Pick<DesiredResource, 'fields'>): boolean {
  return Object.values(fields).some(({ kind }) => kind === 'sensitive');
}

/** Opens a key. A failure is thrown by what asks for the result, not before. */
async function openKey(key: FingerprintKey | undefined): Promise<() => Fingerprinter | undefined> {
  try {
    const fingerprint = await key?.open();
    return () => fingerprint;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** What a refresh knows before it has read the systems. */
interface Prepared {
  readonly request: RefreshRequest;
  readonly recorded: RecordedState;
  readonly key: FingerprintKey | undefined;
  readonly fingerprint: Fingerprinter | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The targets and exclusions of a run, as the systems have the names. */
function patternsOf({ loaded, options }: RefreshRequest, { desired, actual }: SystemsSnapshot): Patterns {
  const { moved } = loaded.configuration;
  const { targets, excludes } = options;
  const patterns = { targets: withMoved(targets, moved), excludes: withMoved(excludes, moved) };
  return resolvePatterns(patterns, desired, actual, loaded.kinds);
}

/** Settles what could not be told before the systems were read: moves, intents, generated values. */
function settle(
  { request, recorded, key, fingerprint, diagnostics }: Prepared,
  read: SystemsSnapshot,
): RefreshResult {
  const { loaded, options } = request;
  const found = actualByAddress(read);
  const wasRead = (provider: string): boolean => Object.hasOwn(read.actual, provider);
  const patterns = patternsOf(request, read);
  const edges = [...read.desired, ...(recorded.moved?.records ?? [])];
  const { includes } = scopeOf(patterns, loaded.kinds, edges);
  const settled = settleInterrupted(
    recorded.asRead,
    {
      actual: found,
      isSeen: (address) => wasRead(providerOf(address)) && includes(address),
      isSameValue: valueTest(fingerprint, read.desired),
      kinds: loaded.kinds,
    },
    loaded,
  );
  const moves = settleMoves(settled.state, recorded.moves, found, loaded);
  const systems = withNewNames(read, moves, loaded.kinds);
  const actual = withCopies(actualByAddress(systems), moves);
  const homes = homesOf(loaded.configuration);
  const generated: GeneratedContext = {
    actual,
    records: new Map((recorded.moved?.records ?? []).map((record) => [record.address, record])),
    fingerprint,
    rotates: new Set(options.rotates),
    accepts: new Set(options.accepts),
    isSeen: (address) => wasRead(providerOf(address)),
  };
  const desired = settleGenerated(
    systems.desired.filter(({ address }) => includes(address)),
    homes,
    generated,
  );
  return {
    diagnostics: [
      ...diagnostics,
      ...systems.diagnostics,
      ...checkAccepted(homes, generated),
      ...settled.diagnostics,
      ...moves.diagnostics,
      ...checkMovedSystems(recorded.stored, systems.actual, loaded),
    ],
    stored: recorded.stored,
    state: moves.state,
    unmoved: settled.state,
    moves,
    desired: new Map(desired.map((resource) => [resource.address, resource])),
    patterns,
    systems,
    key,
    fingerprint,
  };
}
