import { DiagnosticError, STATE_VERSION, splitAddress } from '../model/index.js';
import type { AppliedPlan, Intent, Plain, StateBinding, StateData, StateRecord } from '../model/index.js';

type Json = { readonly [key: string]: unknown };

/**
 * Reads a state's text.
 * @param location where it is from, for messages
 * @param stack the stack that it must belong to
 * @throws DiagnosticError where it is empty, truncated, edited into something else, of a newer version or another stack;
 *   nothing is ever repaired by guessing
 */
export function decodeState(text: string, location: string, stack: string): StateData {
  if (text.trim() === '') throw damaged(location, 'it is empty');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(location, 'it is not whole JSON (was it truncated or edited?)');
  }
  if (!isObject(json)) throw damaged(location, 'it is not a JSON object');
  const { version } = json;
  if (typeof version !== 'number') throw damaged(location, '`version` is missing');
  if (version > STATE_VERSION) {
    throw stateError(
      'newer-state',
      `The state ${location} has version ${version}; this program knows version ${STATE_VERSION}.`,
      'A newer `secrets` wrote it: use that one.',
    );
  }
  const upgraded = upgrade(json, version);
  if (upgraded === undefined) throw damaged(location, `\`version\` ${version} never existed`);
  return decodeCurrent(upgraded, location, stack);
}

/** What each version's document must have done to it to become one of the next version. */
const UPGRADES: Readonly<Partial<Record<number, (json: Json) => Json>>> = {
  // Version 2 remembers saved plans; a state of version 1 knew of none.
  1: (json) => json,
};

/** Brings a document of an older version up to this one; `undefined` for a version that never existed. */
function upgrade(json: Json, version: number): Json | undefined {
  let current = json;
  for (let at = version; at !== STATE_VERSION; at += 1) {
    const step = UPGRADES[at];
    if (step === undefined) return undefined;
    current = step(current);
  }
  return current;
}

function decodeCurrent(json: Json, location: string, stack: string): StateData {
  const { serial, lineage } = json;
  // The next one must be a whole number too.
  if (typeof serial !== 'number' || !Number.isSafeInteger(serial + 1) || serial < 1) {
    throw damaged(location, '`serial` is not a whole number above 0');
  }
  if (typeof lineage !== 'string' || lineage === '') throw damaged(location, '`lineage` is missing');
  if (json['stack'] !== stack) {
    throw stateError(
      'foreign-state',
      `The state ${location} belongs to the stack ${JSON.stringify(json['stack'])}, not to ${JSON.stringify(stack)}.`,
      'Give `state: { path: … }` of this stack, or the name of that one.',
    );
  }
  return {
    version: STATE_VERSION,
    serial,
    lineage,
    stack,
    systems: decodeSystems(json['systems'], location),
    records: decodeRecords(json['records'], location),
    ...(json['intents'] === undefined ? {} : { intents: decodeIntents(json['intents'], location) }),
    ...(json['plans'] === undefined ? {} : { plans: decodePlans(json['plans'], location) }),
  };
}

/** The text of a state: one record a line, keys in one order, so that a diff of two states can be read. */
export function encodeState(state: StateData): string {
  const records = [...state.records].sort((a, b) => (a.address < b.address ? -1 : 1));
  const lines = records.map(lineOf).join(',\n');
  const head = {
    version: state.version,
    serial: state.serial,
    lineage: state.lineage,
    stack: state.stack,
    systems: state.systems,
  };
  const open = JSON.stringify(head, null, 2).slice(0, -2);
  const intents = state.intents === undefined ? '' : `,\n  "intents": ${JSON.stringify(state.intents)}`;
  const plans = state.plans === undefined ? '' : `,\n  "plans": ${JSON.stringify(state.plans)}`;
  return `${open},\n  "records": [${lines === '' ? '' : `\n${lines}\n  `}]${intents}${plans}\n}\n`;
}

/** Records are never changed, and a run writes most of them again as they were: each is written as text once. */
const LINES = new WeakMap<StateRecord, string>();

function lineOf(record: StateRecord): string {
  let line = LINES.get(record);
  if (line === undefined) {
    line = `    ${JSON.stringify(inFileOrder(record))}`;
    LINES.set(record, line);
  }
  return line;
}

/** A record with its keys in the order in which they are written: who it is first. What is absent is left out by JSON. */
function inFileOrder(record: StateRecord): Readonly<Record<keyof StateRecord, unknown>> {
  return {
    address: record.address,
    id: record.id,
    appliedAt: record.appliedAt,
    changedAt: record.changedAt,
    changedBy: record.changedBy,
    fields: sortKeys(record.fields),
    fingerprints: sortKeys(record.fingerprints),
    fingerprintedAs: record.fingerprintedAs,
    sensitiveFields: record.sensitiveFields,
    dependsOn: record.dependsOn,
    protect: record.protect,
    onRemove: record.onRemove,
    unfinished: record.unfinished,
    handedOver: record.handedOver,
  };
}

function sortKeys<Value>(map: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const keys = Object.keys(map);
  if (keys.every((key, at) => at === 0 || (keys[at - 1] ?? '') < key)) return map;
  return Object.fromEntries(keys.sort().map((key) => [key, map[key] as Value]));
}

function decodeSystems(json: unknown, location: string): Record<string, StateBinding> {
  if (!isObject(json)) throw damaged(location, '`systems` is missing');
  const entries = Object.entries(json).map(([provider, one]): [string, StateBinding] => {
    if (!isObject(one)) throw damaged(location, `the system of ${provider} is not an object`);
    const { type, id, name } = one;
    if (typeof type !== 'string' || typeof id !== 'string' || typeof name !== 'string') {
      throw damaged(location, `the system of ${provider} lacks type, id or name`);
    }
    return [provider, { type, id, name }];
  });
  return Object.fromEntries(entries);
}

function decodeRecords(json: unknown, location: string): StateRecord[] {
  if (!Array.isArray(json)) throw damaged(location, '`records` is missing');
  const seen = new Set<string>();
  return json.map((item: unknown, index) => {
    const record = decodeRecord(item, location, index);
    if (seen.has(record.address)) throw damaged(location, `${record.address} stands in it twice`);
    seen.add(record.address);
    return record;
  });
}

function decodeIntents(json: unknown, location: string): Intent[] {
  if (!Array.isArray(json)) throw damaged(location, '`intents` is not a list');
  return json.map((item: unknown, index) => {
    const { address, at, by } = isObject(item) ? item : {};
    if (typeof address !== 'string' || typeof at !== 'string' || typeof by !== 'string') {
      throw damaged(location, `intent ${index + 1} lacks address, at or by`);
    }
    if (splitAddress(address) === undefined)
      throw damaged(location, `intent ${index + 1}: \`address\` is none`);
    return { address, at, by };
  });
}

function decodePlans(json: unknown, location: string): AppliedPlan[] {
  if (!Array.isArray(json)) throw damaged(location, '`plans` is not a list');
  return json.map((item: unknown, index) => {
    const { id, at } = isObject(item) ? item : {};
    if (typeof id !== 'string' || typeof at !== 'string') {
      throw damaged(location, `plan ${index + 1} lacks id or at`);
    }
    return { id, at };
  });
}

/** The texts and flags that a record may have. */
const TEXTS = ['changedAt', 'changedBy', 'fingerprintedAs'] as const;
const FLAGS = ['protect', 'unfinished', 'handedOver'] as const;

/** One of thousands: made in one go, without copies in between. */
function decodeRecord(item: unknown, location: string, index: number): StateRecord {
  const wrong = (what: string): DiagnosticError => damaged(location, `record ${index + 1}: ${what}`);
  if (!isObject(item)) throw wrong('not an object');
  const address = item['address'];
  if (typeof address !== 'string' || splitAddress(address) === undefined) throw wrong('`address` is none');
  const id = item['id'];
  if (typeof id !== 'string' || id === '') throw wrong('`id` is missing');
  const appliedAt = item['appliedAt'];
  if (typeof appliedAt !== 'string') throw wrong('`appliedAt` is missing');
  const fields = item['fields'];
  const fingerprints = item['fingerprints'];
  if (!isObject(fields)) throw wrong('`fields` is missing');
  if (!isStringMap(fingerprints)) throw wrong('`fingerprints` is not a map of texts');
  const sensitiveFields = item['sensitiveFields'];
  const dependsOn = item['dependsOn'];
  if (!isStrings(sensitiveFields)) throw wrong('`sensitiveFields` is not a list of names');
  if (!isStrings(dependsOn)) throw wrong('`dependsOn` is not a list of addresses');
  const record: Writable<StateRecord> = {
    address,
    id,
    appliedAt,
    fields: fields as Readonly<Record<string, Plain>>,
    fingerprints,
    sensitiveFields,
    dependsOn,
  };
  for (const key of TEXTS) {
    const text = item[key];
    if (text === undefined) continue;
    if (typeof text !== 'string') throw wrong(`\`${key}\` is not a text`);
    record[key] = text;
  }
  // Read loosely, a protection that was mistyped would be lost without a word.
  for (const key of FLAGS) {
    const flag = item[key];
    if (flag === undefined) continue;
    if (typeof flag !== 'boolean') throw wrong(`\`${key}\` is neither true nor false`);
    if (flag) record[key] = true;
  }
  const onRemove = item['onRemove'];
  if (onRemove !== undefined && onRemove !== 'forget' && onRemove !== 'delete') {
    throw wrong('`onRemove` is neither "delete" nor "forget"');
  }
  if (onRemove !== undefined) record.onRemove = onRemove;
  return record;
}

type Writable<Data> = { -readonly [Key in keyof Data]: Data[Key] };

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  if (!isObject(value)) return false;
  for (const key in value) if (typeof value[key] !== 'string') return false;
  return true;
}

function damaged(location: string, what: string): DiagnosticError {
  return stateError(
    'damaged-state',
    `The state ${location} is damaged: ${what}.`,
    'Nothing was changed. Bring an earlier one back: a local state keeps `<file>.backup`; else from your own backup.',
  );
}

function stateError(code: string, summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code, summary, next }]);
}
