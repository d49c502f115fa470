import { byAddress, compareText, defined, groupBy, kindOf, samePlain } from '../model/index.js';
import type {
  ActualResource,
  Change,
  DesiredResource,
  Kinds,
  Outcome,
  Plain,
  Sensitive,
  StateRecord,
} from '../model/index.js';

/** Makes the fingerprint of a field of a resource, under the scheme of `like` where that is given; absent where there is no key. */
export type FieldFingerprint = (address: string, path: string, value: Sensitive, like?: string) => string;

/** Starts from the records as stored. */
export function openRecords(
  stored: readonly StateRecord[],
  kinds: Kinds,
  fingerprint: FieldFingerprint | undefined,
  now: () => Date,
): Records {
  return new Records(stored, kinds, fingerprint, now);
}

/** The records of a state while a plan is carried out. */
export class Records {
  readonly #records: Map<string, StateRecord>;
  /** What ends with a resource, by its address. */
  readonly #cascading: ReadonlyMap<string, readonly string[]>;
  /** The addresses of copies, by the ids of their originals. */
  readonly #copies = new Map<string, string>();
  readonly #kinds: Kinds;
  readonly #fingerprint: FieldFingerprint | undefined;
  readonly #now: () => Date;

  constructor(
    stored: readonly StateRecord[],
    kinds: Kinds,
    fingerprint: FieldFingerprint | undefined,
    now: () => Date,
  ) {
    this.#records = new Map(stored.map((record) => [record.address, record]));
    this.#cascading = groupBy(this.#records.keys(), (address) =>
      kinds.policyOf(kindOf(address)).cascades ? kinds.parentOf(address) : undefined,
    );
    for (const { address, copiedFrom } of stored) {
      if (copiedFrom !== undefined) this.#copies.set(copiedFrom, address);
    }
    this.#kinds = kinds;
    this.#fingerprint = fingerprint;
    this.#now = now;
  }

  /** Takes in what became of a change. Only what is done changes anything. */
  take(change: Change, outcome: Outcome, desired: DesiredResource | undefined): void {
    const { address, action } = change;
    if (outcome.status !== 'done') {
      if (outcome.status !== 'failed' || outcome.mayHaveHappened !== true) this.#keep(address);
      return;
    }
    if (action === 'delete' || action === 'forget') {
      this.#forgetOriginal(address);
      for (const gone of [address, ...(this.#cascading.get(address) ?? [])]) this.#records.delete(gone);
      return;
    }
    if (desired !== undefined && outcome.id !== undefined)
      this.#applied(change, outcome, outcome.id, desired);
  }

  #applied(
    change: Change,
    outcome: Outcome & { status: 'done' },
    id: string,
    desired: DesiredResource,
  ): void {
    const { address } = change;
    const before = this.#records.get(address);
    const original = change.action === 'create' ? this.#records.get(change.movedFrom ?? '')?.id : undefined;
    const known = before?.id === id ? before : undefined;
    const copiedFrom = original ?? known?.copiedFrom;
    if (copiedFrom !== undefined) this.#copies.set(copiedFrom, address);
    this.#records.set(address, {
      ...rememberFields(desired, this.#fingerprint, { known }),
      ...rememberRules(desired),
      address,
      id,
      appliedAt: this.#now().toISOString(),
      ...defined({ copiedFrom, changedAt: outcome.changedAt, changedBy: outcome.changedBy }),
    });
  }

  /** Once the original is destroyed, its copy is an object like any other. */
  #forgetOriginal(address: string): void {
    const original = this.#records.get(address);
    const copy = this.#records.get(this.#copies.get(original?.id ?? '') ?? '');
    if (copy === undefined) return;
    const { copiedFrom: _original, ...rest } = copy;
    this.#records.set(rest.address, rest);
  }

  /** Takes in a resource that is as wanted already: what the state remembers of it follows the configuration. */
  confirm(desired: DesiredResource, actual: ActualResource): void {
    // Access from elsewhere is not ours, even where the configuration asks for the same.
    if (actual.inherited === true) return;
    // What it was when it was last applied is what the decision is about.
    if (Object.values(desired.changedOutside ?? {}).includes('undecided')) return;
    const record = this.#records.get(desired.address);
    // A member of a list of ours is ours, whoever put it there; anything else must be ours already.
    const isMember = this.#kinds.isList(kindOf(desired.address));
    if (record?.id !== actual.id && !isMember) return;
    const next = this.#confirmed(desired, actual, record);
    if (record === undefined || !samePlain(asPlain(next), asPlain(record))) {
      this.#records.set(desired.address, next);
    }
  }

  /** Remembers, before it is done, that a resource is handed over: once that is done, this identity cannot see it any more. */
  handOver(address: string): void {
    const record = this.#records.get(address);
    if (record !== undefined) this.#records.set(address, { ...record, handedOver: true });
  }

  /** Remembers, before it is done, that a resource is destroyed: the next run may not be able to tell gone from hidden. */
  deleting(address: string): void {
    const record = this.#records.get(address);
    if (record !== undefined) this.#records.set(address, { ...record, deleting: true });
  }

  /** Takes back that a resource is destroyed. */
  #keep(address: string): void {
    const record = this.#records.get(address);
    if (record?.deleting !== true) return;
    const { deleting: _deleting, ...rest } = record;
    this.#records.set(address, rest);
  }

  /** All records, sorted by address. */
  list(): readonly StateRecord[] {
    return [...this.#records.values()].sort(byAddress);
  }

  #confirmed(desired: DesiredResource, actual: ActualResource, record: StateRecord | undefined): StateRecord {
    const isReadable = Object.values(actual.fields).every(({ kind }) => kind !== 'hidden');
    const follows = isReadable || record === undefined;
    const { changedAt, changedBy } = follows ? actual : record;
    return {
      ...(follows
        ? rememberFields(desired, this.#fingerprint, { unchanged: record, known: record })
        : renewFingerprints(record, desired, this.#fingerprint)),
      ...rememberRules(desired),
      address: desired.address,
      id: actual.id,
      appliedAt: record?.appliedAt ?? this.#now().toISOString(),
      ...defined({ copiedFrom: record?.copiedFrom, changedAt, changedBy }),
    };
  }
}

type RememberedFields = Pick<StateRecord, 'fields' | 'fingerprints' | 'sensitiveFields' | 'fingerprintedAs'>;

/**
 * What may be kept of the fields: plain ones as they are, of sensitive ones the fingerprint.
 * @param before.unchanged where there is no key, its fingerprints remain: the object is as it was
 * @param before.known what it remembers of fields whose wanted value this run does not know remains
 */
function rememberFields(
  desired: DesiredResource,
  fingerprint: FieldFingerprint | undefined,
  before: { readonly unchanged?: StateRecord | undefined; readonly known?: StateRecord | undefined },
): RememberedFields {
  const fields: Record<string, Plain> = {};
  const fingerprints: Record<string, string> = {};
  const sensitiveFields: string[] = [];
  let fingerprintedAs: string | undefined;
  for (const [path, field] of Object.entries(desired.fields).sort(([a], [b]) => compareText(a, b))) {
    if (field.kind === 'plain') {
      fields[path] = field.value;
      continue;
    }
    if (field.kind === 'hidden' && before.known?.sensitiveFields.includes(path) !== true) continue;
    sensitiveFields.push(path);
    const made = field.kind === 'sensitive' ? fingerprint?.(desired.address, path, field.value) : undefined;
    const kept = field.kind === 'hidden' ? before.known : before.unchanged;
    const print = made ?? keptFingerprint(kept, path, fingerprint);
    if (print === undefined) continue;
    fingerprints[path] = print;
    if (made === undefined) fingerprintedAs = kept?.fingerprintedAs;
  }
  return { fields, fingerprints, sensitiveFields, ...defined({ fingerprintedAs }) };
}

/** The fingerprint of a record; none that was made for a former address where others are made now: they do not go together. */
function keptFingerprint(
  kept: StateRecord | undefined,
  path: string,
  fingerprint: FieldFingerprint | undefined,
): string | undefined {
  const isMixed = fingerprint !== undefined && kept?.fingerprintedAs !== undefined;
  return isMixed ? undefined : kept?.fingerprints[path];
}

/** What is remembered already; a fingerprint of an older scheme that the wanted value has is made again under the one of today. */
function renewFingerprints(
  { address, fields, fingerprints, sensitiveFields, fingerprintedAs }: StateRecord,
  desired: DesiredResource,
  fingerprint: FieldFingerprint | undefined,
): RememberedFields {
  const made = fingerprintedAs ?? address;
  const renewed = Object.entries(fingerprints).map(([path, recorded]) => {
    const field = desired.fields[path];
    if (fingerprint === undefined || field?.kind !== 'sensitive') return [path, recorded];
    const isSame = fingerprint(made, path, field.value, recorded) === recorded;
    return [path, isSame ? fingerprint(made, path, field.value) : recorded];
  });
  return {
    fields,
    fingerprints: Object.fromEntries(renewed) as StateRecord['fingerprints'],
    sensitiveFields,
    ...defined({ fingerprintedAs }),
  };
}

/** What the configuration says now and will no longer say once the resource has left it. */
function rememberRules({
  configuredAs,
  generated,
  dependsOn,
  self,
  lifecycle,
  file,
}: DesiredResource): Pick<
  StateRecord,
  'generated' | 'configuredAs' | 'dependsOn' | 'handedOver' | 'protect' | 'onRemove' | 'file'
> {
  return {
    dependsOn: [...dependsOn].sort(),
    ...(self === 'drop' ? { handedOver: true } : {}),
    ...(lifecycle.protect === true ? { protect: true } : {}),
    ...defined({ configuredAs, generated, onRemove: lifecycle.onRemove, file }),
  };
}

function asPlain(record: StateRecord): Plain {
  return JSON.parse(JSON.stringify(record)) as Plain;
}
