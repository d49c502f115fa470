import { DiagnosticError, nearestWords, own, problemError } from '../model/index.js';
import type { Kinds, StateData, StateRecord } from '../model/index.js';
import { applyMoves, renamesOf } from './moves.js';

/**
 * Gives a record, and what lives in it, another address. The systems are not touched.
 * @returns the state, and the addresses that changed
 * @throws DiagnosticError where `from` is not in the state, `to` is, or the two are of different kinds
 */
export function moveRecord(
  state: StateData,
  from: string,
  to: string,
  kinds: Kinds,
): { readonly state: StateData; readonly moved: readonly { readonly from: string; readonly to: string }[] } {
  const target = kinds.parse(to);
  if (target === undefined)
    throw refuse(`${to} is not a valid address.`, 'Write one such as secret.helios.HF_TOKEN.');
  const { address: start } = findRecord(state, from);
  const source = kinds.mustParse(start);
  if (source.kind !== target.kind) {
    throw refuse(`${from} and ${to} are of different kinds.`, 'Move a record to an address of its own kind.');
  }
  if (state.records.some((record) => record.address === to)) {
    throw refuse(
      `${to} already exists in the state.`,
      `If it is wrong, remove it first: secrets state rm ${to}`,
    );
  }
  const systems = systemsAfter(state, source.provider, target.provider);
  const moves = [{ from: start, to }];
  const moved = [...renamesOf(state, moves, kinds)].map(([before, after]) => ({ from: before, to: after }));
  return { state: { ...applyMoves(state, moves, kinds), systems }, moved };
}

/** The bindings of the providers when a record goes from one to another: both must lead to one system. */
function systemsAfter({ systems }: StateData, from: string, to: string): StateData['systems'] {
  const [source, target] = [own(systems, from), own(systems, to)];
  if (source === undefined || from === to) return systems;
  if (target === undefined) return { ...systems, [to]: source };
  if (target.type === source.type && target.id === source.id) return systems;
  throw refuse(
    `The provider ${to} leads to ${target.name}, and ${from} to ${source.name}: an object cannot be in both.`,
    'Move a record to a provider of the same system.',
  );
}

/**
 * Removes records, and what lives in them, from the state. The systems are not touched.
 * @throws DiagnosticError that names every address that the state lacks
 */
export function removeRecords(
  state: StateData,
  addresses: readonly string[],
  kinds: Kinds,
): { readonly state: StateData; readonly removed: readonly string[] } {
  const missing = addresses.filter((address) => recordAt(state, address) === undefined);
  if (missing.length > 0) {
    throw new DiagnosticError(missing.flatMap((address) => notInState(state, address).diagnostics));
  }
  const named = new Set(addresses.map((address) => recordAt(state, address)?.address));
  const isRemoved = (address: string): boolean =>
    named.has(address) || named.has(kinds.parentOf(address) ?? '');
  const removed = state.records.filter((record) => isRemoved(record.address)).map((record) => record.address);
  return {
    state: { ...state, records: state.records.filter((record) => !isRemoved(record.address)) },
    removed,
  };
}

/**
 * The record of an address.
 * @throws DiagnosticError with the nearest address, where there is none
 */
export function findRecord(state: StateData | undefined, address: string): StateRecord {
  const record = recordAt(state, address);
  if (record === undefined) throw notInState(state, address);
  return record;
}

/** By its address, or by the one that the configuration had for it. */
function recordAt(state: StateData | undefined, address: string): StateRecord | undefined {
  const exact = state?.records.find((record) => record.address === address);
  return exact ?? state?.records.find((record) => record.configuredAs === address);
}

function notInState(state: StateData | undefined, address: string): DiagnosticError {
  const known = (state?.records ?? []).map((record) => record.address);
  const near = nearestWords(address, known)[0];
  return refuse(
    `${address} is not in the state.`,
    near === undefined ? 'List its addresses: secrets state list' : `Did you mean ${near}?`,
  );
}

function refuse(summary: string, next: string): DiagnosticError {
  return problemError({ code: 'state-edit', summary, next });
}
