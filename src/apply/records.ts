import { defined, groupBy, kindOf, samePlain } from '../model/index.js';
import type {
  ActualResource,
  Change,
  DesiredResource,
  Fields,
  Kinds,
  Outcome,
  Plain,
  Sensitive,
  StateRecord,
} from '../model/index.js';

/** Makes the fingerprint of a field of a resource; absent where there is no key. */
export type FieldFingerprint = (address: string, path: string, value: Sensitive) => string;

/** The records of a state while a plan is carried out. */
export interface Records {
  /** Takes in what became of a change. Only what is done changes anything. */
  take(change: Change, outcome: Outcome, desired: DesiredResource | undefined): void;
  /** Takes in a resource that is as wanted already: what the state remembers of it follows the configuration. */
  confirm(desired: DesiredResource, actual: ActualResource): void;
  /** Remembers, before it is done, that a resource is handed over: once that is done, nobody here sees it any more. */
  handOver(address: string): void;
  list(): readonly StateRecord[];
}

/** Starts from the records as stored. */
export function openRecords(
  stored: readonly StateRecord[],
  kinds: Kinds,
  fingerprint: FieldFingerprint | undefined,
  now: () => Date,
): Records {
  const records = new Map(stored.map((record) => [record.address, record]));
  const dying = groupBy(records.keys(), (address) => {
    return kinds.policyOf(kindOf(address)).cascades ? kinds.parentOf(address) : undefined;
  });
  const remove = (address: string): void => {
    for (const one of [address, ...(dying.get(address) ?? [])]) records.delete(one);
  };
  return {
    take(change, outcome, desired) {
      if (outcome.status !== 'done') return;
      if (change.action === 'delete' || change.action === 'forget') {
        remove(change.address);
        return;
      }
      if (desired === undefined || outcome.id === undefined) return;
      records.set(change.address, {
        ...rememberFields(desired, fingerprint),
        ...rememberRules(desired),
        address: change.address,
        id: outcome.id,
        appliedAt: now().toISOString(),
        ...defined({ changedAt: outcome.changedAt, changedBy: outcome.changedBy }),
      });
    },
    confirm(desired, actual) {
      // Access from elsewhere is not ours, even where the configuration asks for the same.
      if (actual.inherited === true) return;
      const record = records.get(desired.address);
      // A member of a list of ours is ours, whoever put it there; anything else must be ours already.
      const isMember = kinds.isList(kindOf(desired.address));
      if (record?.id !== actual.id && !isMember) return;
      const seesAll = Object.values(actual.fields).every((field) => field.kind !== 'hidden');
      const seen = seesAll || record === undefined ? actual : record;
      const next: StateRecord = {
        ...(seesAll || record === undefined
          ? rememberFields(desired, fingerprint, record)
          : fieldsOf(record)),
        ...rememberRules(desired),
        address: desired.address,
        id: actual.id,
        appliedAt: record?.appliedAt ?? now().toISOString(),
        ...defined({ changedAt: seen.changedAt, changedBy: seen.changedBy }),
      };
      if (record === undefined || !samePlain(asPlain(next), asPlain(record))) {
        records.set(desired.address, next);
      }
    },
    handOver(address) {
      const record = records.get(address);
      if (record !== undefined) records.set(address, { ...record, handedOver: true });
    },
    list: () => [...records.values()].sort((a, b) => (a.address < b.address ? -1 : 1)),
  };
}

/** What may be kept of the fields: plain ones as they are, of sensitive ones the fingerprint. */
function rememberFields(
  desired: DesiredResource,
  fingerprint: FieldFingerprint | undefined,
  before?: StateRecord,
): RememberedFields {
  const fields: Record<string, Plain> = {};
  const fingerprints: Record<string, string> = {};
  const sensitiveFields: string[] = [];
  let fingerprintedAs: string | undefined;
  for (const [path, field] of sorted(desired.fields)) {
    if (field.kind === 'plain') fields[path] = field.value;
    if (field.kind !== 'sensitive') continue;
    sensitiveFields.push(path);
    const print = fingerprint?.(desired.address, path, field.value) ?? before?.fingerprints[path];
    if (print !== undefined) fingerprints[path] = print;
    if (print !== undefined && fingerprint === undefined) fingerprintedAs = before?.fingerprintedAs;
  }
  return {
    fields,
    fingerprints,
    sensitiveFields,
    ...defined({ fingerprintedAs }),
  };
}

type RememberedFields = Pick<StateRecord, 'fields' | 'fingerprints' | 'sensitiveFields' | 'fingerprintedAs'>;

function fieldsOf(record: StateRecord): RememberedFields {
  const { fields, fingerprints, sensitiveFields, fingerprintedAs } = record;
  return {
    fields,
    fingerprints,
    sensitiveFields,
    ...defined({ fingerprintedAs }),
  };
}

/** What the configuration says now and will no longer say once the resource has left it. */
function rememberRules(
  desired: DesiredResource,
): Pick<StateRecord, 'dependsOn' | 'handedOver' | 'protect' | 'onRemove'> {
  return {
    dependsOn: [...desired.dependsOn].sort(),
    ...(desired.self === 'drop' ? { handedOver: true } : {}),
    ...(desired.lifecycle.protect === true ? { protect: true } : {}),
    ...defined({ onRemove: desired.lifecycle.onRemove }),
  };
}

function sorted(fields: Fields): readonly (readonly [string, Fields[string]])[] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}

function asPlain(record: StateRecord): Plain {
  return JSON.parse(JSON.stringify(record)) as Plain;
}
