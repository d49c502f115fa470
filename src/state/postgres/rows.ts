import type { StateData, StateRecord } from '../../model/index.js';
import { decodeState } from '../decode.js';
import { SEPARATOR, keyText } from './sql.js';

/** A stored state as the database gives it; nulls where there is none. */
export interface StoredRow {
  readonly serial: string | null;
  readonly lineage: string | null;
  /** What stands at the top of a state besides, as JSON: the format's version, systems, intents and so on. */
  readonly document: string | null;
  readonly writeId: string | null;
  /** The records' texts, joined; null where there are none. */
  readonly records: string | null;
}

/** What this client last saw in the database, or put there: what changed is found by comparing with it. */
export interface Known {
  /** 0: there is nothing. */
  readonly serial: number;
  /** Which write that was. */
  readonly writeId: string;
  /** The records by address. */
  readonly records: Written;
}

/** Records by address, each with its text. */
export type Written = ReadonlyMap<string, { readonly record: StateRecord; readonly text: string }>;

/** That there is no state. */
export const NOTHING: Known = { serial: 0, writeId: '', records: new Map() };

/** What a write sends of the records. */
export interface Difference {
  /** The keys of new and changed records, and their texts beside them. */
  readonly keys: readonly string[];
  readonly texts: readonly string[];
  /** The keys of records that are gone. */
  readonly gone: readonly string[];
}

/**
 * Puts a state together from its rows.
 * @throws DiagnosticError as `decodeState` does
 */
export function fromRow(
  row: StoredRow,
  location: string,
  stack: string,
): { readonly state: StateData; readonly known: Known } | undefined {
  if (row.serial === null) return undefined;
  const texts = row.records === null ? [] : row.records.split(SEPARATOR);
  const rest = (row.document ?? '').trim().replace(/\}$/, '');
  const names = `"serial":${row.serial},"lineage":${JSON.stringify(row.lineage)},"stack":${JSON.stringify(stack)}`;
  const state = decodeState(`${rest},${names},"records":[${texts.join(',')}]}`, location, stack);
  const written = new Map(
    state.records.map((record, index) => [record.address, { record, text: texts[index] ?? '' }]),
  );
  const records = [...state.records].sort((a, b) => (a.address < b.address ? -1 : 1));
  return {
    state: { ...state, records },
    known: { serial: state.serial, writeId: row.writeId ?? '', records: written },
  };
}

/** What stands at the top of a state besides its serial, lineage, stack and records, as JSON. */
export function documentOf(state: StateData): string {
  return JSON.stringify({
    ...state,
    serial: undefined,
    lineage: undefined,
    stack: undefined,
    records: undefined,
  });
}

/**
 * Writes records as texts. Equal records have equal texts, whatever the order of their keys.
 * @param before what is known of them: a record that is the very same object needs not be written again
 */
export function writtenOf(records: readonly StateRecord[], before: Written): Written {
  return new Map(
    records.map((record) => {
      const old = before.get(record.address);
      return [record.address, old?.record === record ? old : { record, text: textOf(record) }];
    }),
  );
}

function textOf(record: StateRecord): string {
  const { fields, fingerprints } = record;
  return JSON.stringify(
    sortKeys({ ...record, fields: sortKeys(fields), fingerprints: sortKeys(fingerprints) }),
  );
}

function sortKeys(map: object): object {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What must be sent to make one set of records into another. */
export function differenceOf(before: Written, after: Written): Difference {
  const changed = [...after].filter(([address, { text }]) => before.get(address)?.text !== text);
  return {
    keys: changed.map(([address]) => keyText(address)),
    texts: changed.map(([, { text }]) => text),
    gone: [...before.keys()].filter((address) => !after.has(address)).map(keyText),
  };
}
