import { byAddress, formatAddress, groupBy } from '../model/index.js';
import type { Kinds, StateData, StateRecord } from '../model/index.js';

/** One entry of `moved:`. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * Lets the state follow addresses that changed: the record of `from`, and of what lives in it, is taken as that of `to`. The
 * systems are not touched. A chain (A to B, B to C) leads to its end, so that old entries may stay in the file. An entry
 * whose `from` is not in the state, or whose `to` is, has been done already; moves in a circle lead nowhere.
 * @param except addresses that stay where they are
 */
export function applyMoves(
  state: StateData,
  moves: readonly Move[],
  kinds: Kinds,
  except: ReadonlySet<string> = new Set(),
): StateData {
  const renamed = new Map([...renamesOf(state, moves, kinds)].filter(([from]) => !except.has(from)));
  if (renamed.size === 0) return state;
  const records = state.records.map((record): StateRecord => {
    const address = renamed.get(record.address);
    const dependsOn = record.dependsOn.map((dependency) => renamed.get(dependency) ?? dependency);
    if (address === undefined) return { ...record, dependsOn };
    return { ...record, address, dependsOn, fingerprintedAs: record.fingerprintedAs ?? record.address };
  });
  return { ...state, records: records.sort(byAddress) };
}

/** The new address of every record that moves follow, by its old one. */
export function renamesOf(
  state: StateData,
  moves: readonly Move[],
  kinds: Kinds,
): ReadonlyMap<string, string> {
  const taken = new Set(state.records.map((record) => record.address));
  const renamed = new Map<string, string>();
  const rename = (from: string, to: string): void => {
    if (taken.has(to)) return;
    renamed.set(from, to);
    taken.add(to);
  };
  const children = groupBy(taken, (address) => kinds.parentOf(address));
  const ends = endsOf(moves, new Set(taken));
  for (const [from, to] of ends) rename(from, to);
  // What lives in it follows, unless an entry of its own says where to.
  for (const [from, to] of ends) {
    if (renamed.get(from) !== to) continue;
    for (const child of children.get(from) ?? []) {
      const next = moveChild(child, from, to, kinds);
      if (next !== undefined && !renamed.has(child)) rename(child, next);
    }
  }
  return renamed;
}

/** Where each moved address of the state leads in the end; of two that lead to one place, the nearer comes first. */
function endsOf(
  moves: readonly Move[],
  known: ReadonlySet<string>,
): readonly (readonly [from: string, to: string])[] {
  const next = new Map(moves.map(({ from, to }) => [from, to]));
  const ends: { readonly from: string; readonly to: string; readonly hops: number }[] = [];
  for (const from of next.keys()) {
    if (!known.has(from)) continue;
    const passed = new Set([from]);
    let to = next.get(from) ?? from;
    for (let on = next.get(to); on !== undefined && !passed.has(to); on = next.get(to)) {
      passed.add(to);
      to = on;
    }
    if (!passed.has(to)) ends.push({ from, to, hops: passed.size });
  }
  return ends.sort((a, b) => a.hops - b.hops).map(({ from, to }) => [from, to] as const);
}

/** The new address of what lives in a moved resource; `undefined` where the two are of different kinds. */
function moveChild(child: string, from: string, to: string, kinds: Kinds): string | undefined {
  const [source, target] = [kinds.parse(from), kinds.parse(to)];
  if (source === undefined || target === undefined || source.kind !== target.kind) return undefined;
  return formatAddress({ ...kinds.mustParse(child), provider: target.provider, name: target.name });
}
