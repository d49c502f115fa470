import { randomUUID } from 'node:crypto';
import {
  NO_KEY_CHECK,
  STATE_VERSION,
  byAddress,
  defined,
  fieldText,
  groupBy,
  kindOf,
  own,
} from '../model/index.js';
import type {
  ActualResource,
  AppliedConfiguration,
  Change,
  DesiredResource,
  Intent,
  Kinds,
  Outcome,
  Plan,
  StateBinding,
  StateData,
  StateRecord,
  SystemIdentity,
} from '../model/index.js';
import { openRecords } from '../apply/index.js';
import type { Records } from '../apply/index.js';
import { findKey, makeKeyFile } from '../values/index.js';
import type { Fingerprinter } from '../values/index.js';
import { keyCheckOf, mayMakeKey } from './key-check.js';
import type { Loaded } from './load.js';
import type { LockedStore } from './locking.js';
import { fieldFingerprint } from './plan-input.js';
import { hasSensitiveField } from './refresh/index.js';
import type { RefreshResult } from './refresh/index.js';
import { actualByAddress } from './refresh/systems.js';

/** How many saved plans a state remembers. */
const PLANS_KEPT = 20;

/** What a writer works with. */
export interface WriterRequest {
  readonly loaded: Loaded;
  readonly plan: Plan;
  readonly refreshed: RefreshResult;
  /** The saved plan that is carried out, if it is one. */
  readonly planId?: string | undefined;
}

/**
 * Starts from the state as it was read, with all that the plan is about to make as intents. Makes the key file beside a local state
 * where there is no key yet.
 */
export async function openWriter(request: WriterRequest, locked: LockedStore): Promise<StateWriter> {
  return new StateWriter(request, locked, await keyFor(request.refreshed, locked));
}

async function keyFor(
  { key, fingerprint, desired, stored }: RefreshResult,
  { store: { keyFile }, scope }: LockedStore,
): Promise<Fingerprinter | undefined> {
  const isMade = keyFile !== undefined && desired.size > 0 && mayMakeKey(stored);
  if (key !== undefined || !isMade) return fingerprint;
  await makeKeyFile(keyFile);
  const made = await findKey(scope, keyFile);
  return [...desired.values()].some(hasSensitiveField) ? made?.open() : undefined;
}

/** Keeps the state up to date while a plan is carried out. */
export class StateWriter {
  readonly #request: WriterRequest;
  readonly #locked: LockedStore;
  readonly #records: Records;
  readonly #changes: ReadonlyMap<string, Change>;
  /** Kept before the first write; what has become of them is taken out as it comes. */
  readonly #intents: Map<string, Intent>;
  readonly #plans: NonNullable<StateData['plans']>;
  /** What the systems had, by address; indexed on first use. */
  #found: ReadonlyMap<string, ActualResource> | undefined;
  readonly #configurations: readonly AppliedConfiguration[];
  readonly #fingerprint: Fingerprinter | undefined;
  /** The old addresses of what is to be renamed, by the new ones. */
  readonly #renamed: Map<string, string>;
  #state: StateData;
  #lastWritten: string;
  #saving: Promise<void> = Promise.resolve();

  constructor(request: WriterRequest, locked: LockedStore, fingerprint: Fingerprinter | undefined) {
    const { loaded, plan, refreshed, planId } = request;
    const { now } = locked.scope;
    this.#request = request;
    this.#locked = locked;
    this.#state = refreshed.state ?? newState(loaded.configuration.stack);
    this.#renamed = new Map(refreshed.moves.renamed);
    this.#records = openRecords(this.#state.records, loaded.kinds, fieldFingerprint(fingerprint), now);
    this.#changes = new Map(plan.changes.map((change) => [change.address, change]));
    const intents = [...(this.#state.intents ?? []), ...intentsOf(request, now(), fingerprint)];
    this.#intents = new Map(intents.map((intent) => [intent.address, intent]));
    for (const { address, self } of refreshed.desired.values()) {
      if (self === 'drop' && plan.changes.length > 0) this.#records.handOver(address);
    }
    for (const { address, action } of plan.changes) {
      if (action === 'delete' && loaded.kinds.policyOf(kindOf(address)).mayBeHidden === true)
        this.#records.deleting(address);
    }
    this.#plans = plansWith(this.#state, planId, now());
    this.#configurations = configurationsWith(this.#state, plan.configuration, now());
    this.#fingerprint = fingerprint;
    this.#lastWritten = refreshed.stored === undefined ? '' : contentOf(refreshed.stored);
  }

  /** Takes in what became of a change. */
  take(outcome: Outcome): void {
    const change = this.#changes.get(outcome.address);
    if (change === undefined) return;
    const known = change.action === 'import' ? this.#asFound(outcome) : outcome;
    this.#records.take(change, known, this.#request.refreshed.desired.get(outcome.address));
    if (outcome.status === 'done' && change.movedFrom !== undefined) this.#tookName(change.address);
    if (outcome.status !== 'failed' || outcome.mayHaveHappened !== true)
      this.#intents.delete(outcome.address);
  }

  /** What is taken in as it is was changed last when its system says so, and not by us. */
  #asFound(outcome: Outcome): Outcome {
    if (outcome.status !== 'done') return outcome;
    this.#found ??= actualByAddress(this.#request.refreshed.systems);
    const { changedAt, changedBy } = this.#found.get(outcome.address) ?? {};
    return { ...outcome, ...defined({ changedAt, changedBy }) };
  }

  /** Takes in what is as wanted already. */
  confirm(): void {
    const { systems, desired } = this.#request.refreshed;
    for (const actual of Object.values(systems.actual).flatMap(({ resources }) => resources)) {
      const wanted = desired.get(actual.address);
      if (wanted !== undefined && !this.#changes.has(actual.address)) this.#records.confirm(wanted, actual);
    }
  }

  /** The records, under their old names where the system has not given the new ones yet: after a crash it is looked for there. */
  #withOldNames(records: readonly StateRecord[]): readonly StateRecord[] {
    if (this.#renamed.size === 0) return records;
    const nameOf = (address: string): string => this.#renamed.get(address) ?? address;
    return records
      .map((record) => ({
        ...record,
        address: nameOf(record.address),
        dependsOn: record.dependsOn.map(nameOf).sort(),
      }))
      .sort(byAddress);
  }

  /** Takes in that a resource has its new name, and so has what lives in it. */
  #tookName(address: string): void {
    const { kinds } = this.#request.loaded;
    for (const renamed of [...this.#renamed.keys()]) {
      if (renamed === address || kinds.parentOf(renamed) === address) this.#renamed.delete(renamed);
    }
  }

  /** The state as it would be written next. */
  next(): StateData {
    const { intents: _intents, plans: _plans, ...rest } = this.#state;
    const open = [...this.#intents.values()].sort(byAddress);
    const records = this.#records.list();
    return {
      ...rest,
      serial: rest.serial + 1,
      systems: { ...rest.systems, ...bindingsOf(this.#request.plan.systems) },
      records: this.#withOldNames(records),
      ...(open.length === 0 ? {} : { intents: open }),
      ...(this.#plans.length === 0 ? {} : { plans: this.#plans }),
      configurations: this.#configurations,
      ...defined({ keyCheck: this.#keyCheck(records) }),
    };
  }

  /** A state is given a check value once: another key is refused before anything is compared. */
  #keyCheck(records: readonly StateRecord[]): string | undefined {
    const { keyCheck, stack } = this.#state;
    if (keyCheck !== undefined) return keyCheck;
    if (this.#fingerprint !== undefined) return keyCheckOf(this.#fingerprint, stack);
    const { key } = this.#request.refreshed;
    const isWithoutKey = key === undefined && this.#locked.store.keyFile === undefined;
    const isKeyless = ({ fingerprints }: StateRecord): boolean => Object.keys(fingerprints).length === 0;
    const hasValues = records.some(({ sensitiveFields }) => sensitiveFields.length > 0);
    return isWithoutKey && hasValues && records.every(isKeyless) ? NO_KEY_CHECK : undefined;
  }

  /**
   * Writes the state, if there is anything new in it. Several providers may ask for it at once: each write takes the serial of the one
   * before, so they are done one after the other.
   * @throws DiagnosticError where it cannot be written
   */
  save(): Promise<void> {
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#write());
    return this.#saving;
  }

  async #write(): Promise<void> {
    const next = this.next();
    const content = contentOf(next);
    if (content === this.#lastWritten) return;
    await this.#locked.store.write(next, this.#state.serial, this.#locked.lock);
    this.#state = next;
    this.#lastWritten = content;
  }
}

/** A state before its first write. */
export function newState(stack: string): StateData {
  return { version: STATE_VERSION, serial: 0, lineage: randomUUID(), stack, systems: {}, records: [] };
}

/** How a state remembers a system. */
export function bindingOf({ type, id, name }: SystemIdentity): StateBinding {
  return { type, id, name };
}

function bindingsOf(systems: Plan['systems']): StateData['systems'] {
  return Object.fromEntries(
    Object.entries(systems).map(([provider, system]) => [provider, bindingOf(system)]),
  );
}

/** The saved plans that a state remembers, with the one that is carried out now. */
function plansWith(state: StateData, id: string | undefined, now: Date): NonNullable<StateData['plans']> {
  const before = state.plans ?? [];
  return id === undefined ? before : [{ id, at: now.toISOString() }, ...before].slice(0, PLANS_KEPT);
}

/** How many configurations a state remembers. */
const CONFIGURATIONS_KEPT = 100;

/** The configurations that a state remembers, with the one that is applied now. */
function configurationsWith(
  { configurations = [] }: StateData,
  digest: string,
  now: Date,
): readonly AppliedConfiguration[] {
  if (configurations[0]?.digest === digest) return configurations;
  const others = configurations.filter((applied) => applied.digest !== digest);
  return [{ digest, at: now.toISOString() }, ...others].slice(0, CONFIGURATIONS_KEPT);
}

/** What of a state counts as a change of it. */
function contentOf({ systems, records, intents, plans, configurations, keyCheck }: StateData): string {
  return JSON.stringify([
    Object.entries(systems).sort(),
    records,
    intents ?? [],
    plans ?? [],
    configurations ?? [],
    keyCheck ?? '',
  ]);
}

/** What a plan is about to make. Members of lists need no intent: they belong to the list, whatever made them. */
function intentsOf(
  { plan, refreshed, loaded: { kinds } }: WriterRequest,
  now: Date,
  fingerprint: Fingerprinter | undefined,
): readonly Intent[] {
  const ids = new Map((refreshed.state?.records ?? []).map(({ address, id }) => [address, id]));
  const grants = groupBy(grantsOf(plan, refreshed, kinds), ({ parent }) => parent);
  return plan.changes.flatMap(({ action, address, movedFrom }) => {
    const { kind, provider } = kinds.mustParse(address);
    const by = own(plan.systems, provider)?.principal;
    const isMaking = (action === 'create' || action === 'replace') && !kinds.isList(kind);
    if (!isMaking || by === undefined) return [];
    const roles = (grants.get(address) ?? []).map((grant) => [grant.address, grant.role] as const);
    return [
      {
        address,
        at: now.toISOString(),
        by,
        ...defined({
          fingerprints: filled(fingerprintsOf(refreshed.desired.get(address), fingerprint)),
          grants: filled(roles),
          copiedFrom: action === 'create' ? ids.get(movedFrom ?? '') : undefined,
        }),
      },
    ];
  });
}

/** The roles that a plan grants, with what they are granted on. */
function grantsOf(
  { changes }: Plan,
  { desired }: RefreshResult,
  kinds: Kinds,
): readonly { readonly address: string; readonly parent: string; readonly role: string }[] {
  return changes.flatMap(({ address }) => {
    const { ownership } = kinds.policyOf(kindOf(address));
    const role = ownership && fieldText(desired.get(address)?.fields[ownership.field]);
    const parent = kinds.parentOf(address);
    return role === undefined || parent === undefined ? [] : [{ address, parent, role }];
  });
}

function fingerprintsOf(
  desired: DesiredResource | undefined,
  fingerprint: Fingerprinter | undefined,
): readonly (readonly [string, string])[] {
  const make = fieldFingerprint(fingerprint);
  if (desired === undefined || make === undefined) return [];
  return Object.entries(desired.fields).flatMap(([path, field]) =>
    field.kind === 'sensitive' ? [[path, make(desired.address, path, field.value)] as const] : [],
  );
}

function filled(
  entries: readonly (readonly [string, string])[],
): Readonly<Record<string, string>> | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
