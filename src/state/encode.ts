import { byAddress, defined } from '../model/index.js';
import type { StateData, StateRecord } from '../model/index.js';

/** Writes a state as text. */
export type StateEncoder = (state: StateData) => string;

/**
 * Makes an encoder that remembers records: they are never changed, and a run writes most of them again as they were, so each is
 * written as text once.
 */
export function stateEncoder(): StateEncoder {
  const lines = new WeakMap<StateRecord, string>();
  const lineOf = (record: StateRecord): string => {
    const line = lines.get(record) ?? `    ${JSON.stringify(inFileOrder(record))}`;
    lines.set(record, line);
    return line;
  };
  return (state) => encodeWith(state, lineOf);
}

/** The text of a state: one record a line, keys in one order, so that a diff of two states can be read. */
export function encodeState(state: StateData): string {
  return stateEncoder()(state);
}

function encodeWith(state: StateData, lineOf: (record: StateRecord) => string): string {
  const lines = [...state.records].sort(byAddress).map(lineOf).join(',\n');
  const { version, serial, lineage, stack, systems } = state;
  const open = JSON.stringify({ version, serial, lineage, stack, systems }, null, 2).slice(0, -2);
  const { intents, plans, configurations, keyCheck } = state;
  const rest = Object.entries(defined({ intents, plans, configurations, keyCheck }))
    .map(([key, value]) => `,\n  "${key}": ${JSON.stringify(value)}`)
    .join('');
  return `${open},\n  "records": [${lines === '' ? '' : `\n${lines}\n  `}]${rest}\n}\n`;
}

/** A record with its keys in the order in which they are written: who it is first. What is absent is left out by JSON. */
function inFileOrder(record: StateRecord): Readonly<Record<keyof StateRecord, unknown>> {
  return {
    address: record.address,
    configuredAs: record.configuredAs,
    copiedFrom: record.copiedFrom,
    id: record.id,
    appliedAt: record.appliedAt,
    changedAt: record.changedAt,
    changedBy: record.changedBy,
    fields: sortKeys(record.fields),
    fingerprints: sortKeys(record.fingerprints),
    fingerprintedAs: record.fingerprintedAs,
    sensitiveFields: record.sensitiveFields,
    generated: record.generated,
    dependsOn: record.dependsOn,
    protect: record.protect,
    onRemove: record.onRemove,
    unfinished: record.unfinished,
    handedOver: record.handedOver,
    deleting: record.deleting,
    file: record.file,
  };
}

function sortKeys<Value>(map: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const keys = Object.keys(map);
  if (keys.every((key, at) => at === 0 || (keys[at - 1] ?? '') < key)) return map;
  return Object.fromEntries(keys.sort().map((key) => [key, map[key] as Value]));
}
