import { splitAddress } from '../model/index.js';
import type { Plain, StateRecord } from '../model/index.js';
import { damaged, isObject, isStringMap } from './damaged.js';
import type { Json } from './damaged.js';

/** Reads the records of a state. @throws DiagnosticError where one of them is damaged, or there twice */
export function decodeRecords(json: unknown, location: string): StateRecord[] {
  if (!Array.isArray(json)) throw damaged(location, '`records` is missing');
  const addresses = new Set<string>();
  return json.map((item: unknown, index) => {
    const record = decodeRecord(item, (what) => damaged(location, `record ${index + 1}: ${what}`));
    if (addresses.has(record.address)) throw damaged(location, `it has ${record.address} twice`);
    addresses.add(record.address);
    return record;
  });
}

/** Makes the error for what is wrong with a record. */
type Refuse = (what: string) => Error;

/** A record is one of thousands: made in one go, without copies in between. */
function decodeRecord(item: unknown, refuse: Refuse): StateRecord {
  if (!isObject(item)) throw refuse('not an object');
  const record: Writable<StateRecord> = { ...decodeIdentity(item, refuse), ...decodeFields(item, refuse) };
  decodeTexts(item, record, refuse);
  decodeFlags(item, record, refuse);
  const { generated } = item;
  if (generated !== undefined) {
    if (!isStrings(generated)) throw refuse('`generated` is not a list of names');
    record.generated = generated;
  }
  const { onRemove } = item;
  if (onRemove === undefined) return record;
  if (onRemove !== 'forget' && onRemove !== 'delete') {
    throw refuse('`onRemove` is neither "delete" nor "forget"');
  }
  record.onRemove = onRemove;
  return record;
}

function decodeIdentity(item: Json, refuse: Refuse): Pick<StateRecord, 'address' | 'id' | 'appliedAt'> {
  const { address, id, appliedAt } = item;
  if (typeof address !== 'string' || splitAddress(address) === undefined) {
    throw refuse('`address` is not an address');
  }
  if (typeof id !== 'string' || id === '') throw refuse('`id` is missing');
  if (typeof appliedAt !== 'string') throw refuse('`appliedAt` is missing');
  return { address, id, appliedAt };
}

function decodeFields(
  item: Json,
  refuse: Refuse,
): Pick<StateRecord, 'fields' | 'fingerprints' | 'sensitiveFields' | 'dependsOn'> {
  const { fields, fingerprints, sensitiveFields, dependsOn } = item;
  if (!isObject(fields)) throw refuse('`fields` is missing');
  if (!isStringMap(fingerprints)) throw refuse('`fingerprints` is not a map of texts');
  if (!isStrings(sensitiveFields)) throw refuse('`sensitiveFields` is not a list of names');
  if (!isStrings(dependsOn)) throw refuse('`dependsOn` is not a list of addresses');
  return { fields: fields as Readonly<Record<string, Plain>>, fingerprints, sensitiveFields, dependsOn };
}

/** The texts and flags that a record may have. */
const TEXTS = ['changedAt', 'changedBy', 'fingerprintedAs', 'configuredAs', 'copiedFrom', 'file'] as const;
const FLAGS = ['protect', 'unfinished', 'handedOver', 'deleting'] as const;

function decodeTexts(item: Json, record: Writable<StateRecord>, refuse: Refuse): void {
  for (const key of TEXTS) {
    const text = item[key];
    if (text === undefined) continue;
    if (typeof text !== 'string') throw refuse(`\`${key}\` is not a text`);
    record[key] = text;
  }
}

/** Read loosely, a protection that was mistyped would be lost without a word. */
function decodeFlags(item: Json, record: Writable<StateRecord>, refuse: Refuse): void {
  for (const key of FLAGS) {
    const flag = item[key];
    if (flag === undefined) continue;
    if (typeof flag !== 'boolean') throw refuse(`\`${key}\` is neither true nor false`);
    if (flag) record[key] = true;
  }
}

type Writable<Data> = { -readonly [Key in keyof Data]: Data[Key] };

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
