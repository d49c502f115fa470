import { DiagnosticError, nearestWords } from '../model/index.js';
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
  if (target === undefined) throw refuse(`${to} is no address.`, 'Write one such as secret.helios.HF_TOKEN.');
  findRecord(state, from);
  const source = kinds.mustParse(from);
  if (source.kind !== target.kind) {
    throw refuse(`${from} and ${to} are of different kinds.`, 'Move a record to an address of its own kind.');
  }
  if (state.records.some((record) => record.address === to)) {
    throw refuse(
      `${to} is in the state already.`,
      `Take it out first, if it is wrong: secrets state rm ${to}`,
    );
  }
  const moves = [{ from, to }];
  const moved = [...renamesOf(state, moves, kinds)].map(([before, after]) => ({ from: before, to: after }));
  return { state: applyMoves(state, moves, kinds), moved };
}

/**
 * Takes records, and what lives in them, out of the state. The systems are not touched.
 * @throws DiagnosticError that names every address that is not there
 */
export function removeRecords(
  state: StateData,
  addresses: readonly string[],
  kinds: Kinds,
): { readonly state: StateData; readonly removed: readonly string[] } {
  const missing = addresses.filter((address) => !state.records.some((record) => record.address === address));
  if (missing.length > 0) {
    throw new DiagnosticError(missing.flatMap((address) => notThere(state, address).diagnostics));
  }
  const going = new Set(addresses);
  const isGoing = (address: string): boolean =>
    going.has(address) || going.has(kinds.parentOf(address) ?? '');
  const removed = state.records.filter((record) => isGoing(record.address)).map((record) => record.address);
  return {
    state: { ...state, records: state.records.filter((record) => !isGoing(record.address)) },
    removed,
  };
}

/**
 * The record of an address.
 * @throws DiagnosticError with the nearest address, where there is none
 */
export function findRecord(state: StateData | undefined, address: string): StateRecord {
  const record = state?.records.find((one) => one.address === address);
  if (record === undefined) throw notThere(state, address);
  return record;
}

function notThere(state: StateData | undefined, address: string): DiagnosticError {
  const known = (state?.records ?? []).map((record) => record.address);
  const near = nearestWords(address, known)[0];
  return refuse(
    `${address} is not in the state.`,
    near === undefined ? 'See what is: secrets state list' : `Did you mean ${near}?`,
  );
}

function refuse(summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code: 'state-edit', summary, next }]);
}
