import { randomUUID } from 'node:crypto';
import { STATE_VERSION } from '../model/index.js';
import type { Intent, Kinds, Outcome, Plan, StateData, SystemIdentity } from '../model/index.js';
import { openRecords } from '../apply/index.js';
import type { Records } from '../apply/index.js';
import type { Lock, StateStore } from '../state/index.js';
import { findKey, makeKeyFile } from '../values/index.js';
import type { EngineScope } from './run-scope.js';
import type { Loaded } from './load.js';
import { fieldFingerprint } from './observe.js';
import type { Observation } from './observe.js';

/** How many saved plans a state remembers. */
const PLANS_KEPT = 20;

/** Keeps the state up to date while a plan is carried out. */
export interface Writer {
  /** Takes in what became of a change. */
  take(outcome: Outcome): void;
  /** Takes in what is as wanted already. */
  confirm(): void;
  /** Writes the state, if there is anything new in it. */
  save(): Promise<void>;
  /** The state as it would be written next. */
  next(): StateData;
}

/** What a writer works with. */
export interface WriterOptions {
  readonly loaded: Loaded;
  readonly store: StateStore;
  readonly lock: Lock | undefined;
  readonly observation: Observation;
  readonly context: EngineScope;
  /** The saved plan that is carried out, if it is one. */
  readonly planId?: string;
}

/** Starts from the state as it was read, with all that the plan is about to make as intents. */
export async function openWriter(options: WriterOptions): Promise<Writer> {
  const { store, lock, context } = options;
  const { kinds, configuration } = options.loaded;
  const { plan, desired, seen, stored, state: planned } = options.observation;
  let { fingerprint } = options.observation;
  if (fingerprint === undefined && store.keyFile !== undefined && desired.size > 0) {
    await makeKeyFile(store.keyFile);
    fingerprint = (await findKey(context.env, store.keyFile))?.fingerprint;
  }
  let state: StateData = planned ?? newState(configuration.stack);
  const records: Records = openRecords(state.records, kinds, fieldFingerprint(fingerprint), context.now);
  const changes = new Map(plan.changes.map((change) => [change.address, change]));
  // What is about to be made is kept before the first write; what has become of it, as it comes.
  const intents = new Map((state.intents ?? []).map((intent) => [intent.address, intent]));
  for (const intent of intentsOf(plan, context.now(), kinds)) intents.set(intent.address, intent);
  for (const { address, self } of desired.values()) {
    if (self === 'drop' && plan.changes.length > 0) records.handOver(address);
  }
  const plans = plansWith(state, options.planId, context.now());
  let lastWritten = stored === undefined ? '' : contentOf(stored);
  const next = (): StateData => {
    const { intents: _settled, plans: _before, ...rest } = state;
    const open = [...intents.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
    return {
      ...rest,
      serial: state.serial + 1,
      systems: { ...state.systems, ...bindings(plan.systems) },
      records: records.list(),
      ...(open.length === 0 ? {} : { intents: open }),
      ...(plans.length === 0 ? {} : { plans }),
    };
  };
  let saving: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const now = next();
    const content = contentOf(now);
    if (content === lastWritten) return;
    // A run that has nothing to keep makes no state.
    if (state.serial === 0 && now.records.length === 0 && plan.changes.length === 0) return;
    await store.write(now, state.serial, lock);
    state = now;
    lastWritten = content;
  };
  return {
    take: (outcome) => {
      const change = changes.get(outcome.address);
      if (change === undefined) return;
      records.take(change, outcome, desired.get(outcome.address));
      if (outcome.status !== 'failed' || outcome.mayHaveHappened !== true) intents.delete(outcome.address);
    },
    confirm: () => {
      for (const found of Object.values(seen.actual).flatMap((result) => result.resources)) {
        const wanted = desired.get(found.address);
        if (wanted !== undefined && !changes.has(found.address)) records.confirm(wanted, found);
      }
    },
    next,
    save: () => {
      // One after the other: several providers may ask for it at once, and each write takes the serial of the one before.
      saving = saving.catch(() => undefined).then(write);
      return saving;
    },
  };
}

/** A state before its first write. */
export function newState(stack: string): StateData {
  return { version: STATE_VERSION, serial: 0, lineage: randomUUID(), stack, systems: {}, records: [] };
}

function bindings(systems: Plan['systems']): StateData['systems'] {
  return Object.fromEntries(
    Object.entries(systems).map(([provider, { type, id, name }]: [string, SystemIdentity]) => [
      provider,
      { type, id, name },
    ]),
  );
}

/** The saved plans that a state remembers, with the one that is carried out now. */
function plansWith(state: StateData, id: string | undefined, now: Date): NonNullable<StateData['plans']> {
  const before = state.plans ?? [];
  return id === undefined ? before : [{ id, at: now.toISOString() }, ...before].slice(0, PLANS_KEPT);
}

/** What of a state counts as a change of it. */
function contentOf({ systems, records, intents, plans }: StateData): string {
  return JSON.stringify([Object.entries(systems).sort(), records, intents ?? [], plans ?? []]);
}

/** What a plan is about to make. Members of lists need none: whoever put them there, they are the list's. */
function intentsOf(plan: Plan, now: Date, kinds: Kinds): readonly Intent[] {
  return plan.changes.flatMap(({ action, address }) => {
    const { kind, provider } = kinds.mustParse(address);
    const by = plan.systems[provider]?.principal;
    const isMaking = (action === 'create' || action === 'replace') && !kinds.isList(kind);
    return isMaking && by !== undefined ? [{ address, at: now.toISOString(), by }] : [];
  });
}
