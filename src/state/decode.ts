import { DiagnosticError, STATE_VERSION, parseAddress } from '../model/index.js';
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
  const lines = records.map((record) => `    ${JSON.stringify(inOrder(record))}`).join(',\n');
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

/** A record with its keys in the order in which they are written: who it is first. */
function inOrder(record: StateRecord): StateRecord {
  const { address, id, appliedAt, changedAt, changedBy, protect, onRemove, fingerprintedAs } = record;
  const { unfinished, handedOver } = record;
  return {
    address,
    id,
    appliedAt,
    ...(changedAt === undefined ? {} : { changedAt }),
    ...(changedBy === undefined ? {} : { changedBy }),
    fields: sortKeys(record.fields),
    fingerprints: sortKeys(record.fingerprints),
    ...(fingerprintedAs === undefined ? {} : { fingerprintedAs }),
    sensitiveFields: record.sensitiveFields,
    dependsOn: record.dependsOn,
    ...(protect === undefined ? {} : { protect }),
    ...(onRemove === undefined ? {} : { onRemove }),
    ...(unfinished === undefined ? {} : { unfinished }),
    ...(handedOver === undefined ? {} : { handedOver }),
  };
}

function sortKeys<Value>(map: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
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
    if (parseAddress(address) === undefined)
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

function decodeRecord(item: unknown, location: string, index: number): StateRecord {
  const wrong = (what: string): DiagnosticError => damaged(location, `record ${index + 1}: ${what}`);
  if (!isObject(item)) throw wrong('not an object');
  const { address, id, appliedAt, changedAt, changedBy, protect, onRemove, fingerprintedAs } = item;
  if (typeof address !== 'string' || parseAddress(address) === undefined) throw wrong('`address` is none');
  if (typeof id !== 'string' || id === '') throw wrong('`id` is missing');
  if (typeof appliedAt !== 'string') throw wrong('`appliedAt` is missing');
  const fields = item['fields'];
  const fingerprints = item['fingerprints'];
  if (!isObject(fields)) throw wrong('`fields` is missing');
  if (!isStringMap(fingerprints)) throw wrong('`fingerprints` is not a map of texts');
  const sensitiveFields = item['sensitiveFields'];
  const dependsOn = item['dependsOn'];
  if (!isStrings(sensitiveFields)) throw wrong('`sensitiveFields` is not a list of names');
  if (!isStrings(dependsOn)) throw wrong('`dependsOn` is not a list of addresses');
  for (const [key, text] of Object.entries({ changedAt, changedBy, fingerprintedAs })) {
    if (text !== undefined && typeof text !== 'string') throw wrong(`\`${key}\` is not a text`);
  }
  // Read loosely, a protection that was mistyped would be lost without a word.
  const { unfinished, handedOver } = item;
  for (const [key, flag] of Object.entries({ protect, unfinished, handedOver })) {
    if (flag !== undefined && typeof flag !== 'boolean') throw wrong(`\`${key}\` is neither true nor false`);
  }
  if (onRemove !== undefined && onRemove !== 'forget' && onRemove !== 'delete') {
    throw wrong('`onRemove` is neither "delete" nor "forget"');
  }
  return {
    address,
    id,
    appliedAt,
    fields: fields as Readonly<Record<string, Plain>>,
    fingerprints,
    sensitiveFields,
    dependsOn,
    ...(typeof changedAt === 'string' ? { changedAt } : {}),
    ...(typeof changedBy === 'string' ? { changedBy } : {}),
    ...(typeof fingerprintedAs === 'string' ? { fingerprintedAs } : {}),
    ...(unfinished === true ? { unfinished } : {}),
    ...(handedOver === true ? { handedOver } : {}),
    ...(protect === true ? { protect } : {}),
    ...(onRemove === 'forget' || onRemove === 'delete' ? { onRemove } : {}),
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value).every((item) => typeof item === 'string');
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
