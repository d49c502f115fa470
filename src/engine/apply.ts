import { randomUUID } from 'node:crypto';
import { STATE_VERSION, hasErrors, isListKind, mustParseAddress } from '../model/index.js';
import type { Intent, Outcome, Plan, StateData, SystemIdentity } from '../model/index.js';
import { openRecords, runChanges } from '../apply/index.js';
import type { Records } from '../apply/index.js';
import type { Lock, LockInfo, StateStore } from '../state/index.js';
import { findKey, makeKeyFile } from '../values/index.js';
import type { RunContext, RunOptions, RunResult } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { fieldFingerprint, observe } from './observe.js';
import type { Observation } from './observe.js';
import { statusOf } from './plan.js';
import { openStore } from './store.js';

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

/** What became of an apply. */
export interface ApplyResult extends RunResult {
  readonly plan?: Plan;
  /** Whether somebody said no to the plan. */
  readonly declined?: boolean;
  /** In plan order; absent where nothing was begun. */
  readonly outcomes?: readonly Outcome[];
  readonly summary?: ApplySummary;
}

/** How the one who runs an apply takes part in it. */
export interface ApplyHooks {
  /** Shown a sound plan that has changes; the answer decides. */
  readonly approve: (plan: Plan) => Promise<boolean>;
  /** Told about each change as soon as its end is known. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** Told once, when somebody else holds the lock and this run waits. */
  readonly onWait: (holder: LockInfo) => void;
}

/**
 * Plans, asks, and makes it true. Under the state's lock from the plan to the end; what is done is kept after every batch.
 */
export async function apply(
  options: RunOptions,
  context: RunContext,
  hooks: ApplyHooks,
): Promise<ApplyResult> {
  const { loaded, diagnostics } = await load(options.files, context);
  if (loaded === undefined) return { status: 'error', diagnostics };
  const store = openStore(loaded.configuration, context);
  const lock = options.lock ? await takeLock(store, options, context, hooks) : undefined;
  try {
    const looked = await observe(loaded, store, 'plan', options, context, diagnostics);
    if (looked.observation === undefined) return { status: 'error', diagnostics: looked.diagnostics };
    try {
      return await applyObserved(loaded, store, looked.observation, context, hooks);
    } finally {
      await looked.observation.close();
    }
  } finally {
    await lock?.release();
  }
}

function takeLock(
  store: StateStore,
  options: RunOptions,
  context: RunContext,
  hooks: ApplyHooks,
): Promise<Lock> {
  return store.lock({
    operation: 'apply',
    timeoutMs: options.lockTimeoutMs,
    onWait: hooks.onWait,
    signal: context.signal,
  });
}

async function applyObserved(
  loaded: Loaded,
  store: StateStore,
  observation: Observation,
  context: RunContext,
  hooks: ApplyHooks,
): Promise<ApplyResult> {
  const { plan } = observation;
  const status = statusOf(plan);
  if (status !== 'ok') return { status, diagnostics: plan.diagnostics, plan };
  if (plan.changes.length > 0 && !(await hooks.approve(plan))) {
    return { status: 'error', diagnostics: plan.diagnostics, plan, declined: true };
  }
  const writer = await openWriter(loaded, store, observation, context);
  // Before any system: bindings and the key are kept, and a state that can't be written is found out now.
  if (plan.changes.length > 0) await writer.save();
  const outcomes = await runChanges({
    changes: plan.changes,
    desired: observation.desired,
    applierOf: (provider) => observation.sessions.get(provider),
    isTransactional: (provider) => loaded.definitions.get(provider)?.transactional === true,
    onOutcome: (outcome) => {
      writer.take(outcome);
      hooks.onOutcome(outcome);
    },
    checkpoint: () => writer.save(),
    signal: context.signal,
  });
  writer.confirm();
  await writer.save();
  const summary = summarize(plan, outcomes);
  const isWhole = summary.failed === 0 && summary.skipped === 0;
  return {
    status: isWhole && !hasErrors(plan.diagnostics) ? 'ok' : 'error',
    diagnostics: plan.diagnostics,
    plan,
    outcomes,
    summary,
  };
}

/** Keeps the state up to date while a plan is carried out. */
interface Writer {
  /** Takes in what became of a change. */
  take(outcome: Outcome): void;
  /** Takes in what is as wanted already. */
  confirm(): void;
  /** Writes the state, if there is anything new in it. */
  save(): Promise<void>;
}

async function openWriter(
  { configuration, policies }: Loaded,
  store: StateStore,
  { plan, desired, seen, state: planned, fingerprint: known }: Observation,
  context: RunContext,
): Promise<Writer> {
  let fingerprint = known;
  if (fingerprint === undefined && store.keyFile !== undefined && desired.size > 0) {
    await makeKeyFile(store.keyFile);
    fingerprint = (await findKey(context.env, store.keyFile))?.fingerprint;
  }
  const stored = await store.read();
  let state: StateData = planned ?? {
    version: STATE_VERSION,
    serial: 0,
    lineage: randomUUID(),
    stack: configuration.stack,
    systems: {},
    records: [],
  };
  const records: Records = openRecords(state.records, policies, fieldFingerprint(fingerprint), context.now);
  const changes = new Map(plan.changes.map((change) => [change.address, change]));
  // What is about to be made is kept before the first write; what has become of it, as it comes.
  const intents = new Map((state.intents ?? []).map((one) => [one.address, one]));
  for (const one of intentsOf(plan, context.now())) intents.set(one.address, one);
  let lastWritten = stored === undefined ? '' : contentOf(stored);
  return {
    take: (outcome) => {
      const change = changes.get(outcome.address);
      if (change === undefined) return;
      records.take(change, outcome, desired.get(outcome.address));
      if (outcome.status !== 'failed' || outcome.mayHaveHappened !== true) intents.delete(outcome.address);
    },
    confirm: () => {
      for (const found of Object.values(seen.actual).flatMap((one) => one.resources)) {
        const wanted = desired.get(found.address);
        if (wanted !== undefined && !changes.has(found.address)) records.confirm(wanted, found);
      }
    },
    save: async () => {
      const { intents: _settled, ...rest } = state;
      const open = [...intents.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
      const next: StateData = {
        ...rest,
        serial: state.serial + 1,
        systems: { ...state.systems, ...bindings(plan.systems) },
        records: records.list(),
        ...(open.length === 0 ? {} : { intents: open }),
      };
      const content = contentOf(next);
      if (content === lastWritten) return;
      // A run that has nothing to keep makes no state.
      if (state.serial === 0 && next.records.length === 0 && plan.changes.length === 0) return;
      await store.write(next, state.serial);
      state = next;
      lastWritten = content;
    },
  };
}

function bindings(systems: Plan['systems']): StateData['systems'] {
  return Object.fromEntries(
    Object.entries(systems).map(([provider, { type, id, name }]: [string, SystemIdentity]) => [
      provider,
      { type, id, name },
    ]),
  );
}

/** What of a state counts as a change of it. */
function contentOf({ systems, records, intents }: StateData): string {
  return JSON.stringify([Object.entries(systems).sort(), records, intents ?? []]);
}

/** What a plan is about to make. Members of lists need none: whoever put them there, they are the list's. */
function intentsOf(plan: Plan, now: Date): readonly Intent[] {
  return plan.changes.flatMap(({ action, address }) => {
    const { kind, provider } = mustParseAddress(address);
    const by = plan.systems[provider]?.principal;
    const isMaking = (action === 'create' || action === 'replace') && !isListKind(kind);
    return isMaking && by !== undefined ? [{ address, at: now.toISOString(), by }] : [];
  });
}

function summarize(plan: Plan, outcomes: readonly Outcome[]): ApplySummary {
  const statuses = new Map(outcomes.map((one) => [one.address, one.status]));
  const count = (...actions: readonly string[]): number =>
    plan.changes.filter((one) => actions.includes(one.action) && statuses.get(one.address) === 'done').length;
  return {
    added: count('create', 'replace'),
    changed: count('update'),
    destroyed: count('delete', 'replace'),
    imported: count('import'),
    forgotten: count('forget'),
    failed: outcomes.filter((one) => one.status === 'failed').length,
    skipped: outcomes.filter((one) => one.status === 'skipped').length,
  };
}
