import type { Kinds } from '../model/index.js';
import { groupBy, wildcard } from '../model/index.js';
import type { Scope } from './input.js';

/** A resource and what it depends on. */
export interface ScopeEdge {
  readonly address: string;
  readonly dependsOn: readonly string[];
}

/**
 * Which resources a run is about. A target includes what it depends on and what lives in it; an exclusion excludes what lives
 * in it and what depends on it.
 * @param edges every known resource, desired or recorded
 * @returns a predicate over addresses, which also works for members of lists that `edges` does not name
 */
export function scopeOf(
  scope: Scope,
  kinds: Kinds,
  edges: readonly ScopeEdge[],
): (address: string) => boolean {
  const familyOf = (address: string): readonly string[] => [address, kinds.parentOf(address) ?? address];
  if (scope.targets.length === 0 && scope.excludes.length === 0) return () => true;
  const targets = scope.targets.map((pattern) => wildcard(pattern));
  const excludes = scope.excludes.map((pattern) => wildcard(pattern));
  const included = closure(
    edges,
    (edge) => familyOf(edge.address).some((member) => matches(targets, member)),
    'needs',
  );
  const excluded = closure(edges, (edge) => matches(excludes, edge.address), 'needed-by');
  return (address) => {
    const family = familyOf(address);
    const isIn =
      targets.length === 0 || family.some((member) => matches(targets, member)) || included.has(address);
    const isOut = family.some((member) => matches(excludes, member) || excluded.has(member));
    return isIn && !isOut;
  };
}

/** Whether a pattern matches none of the addresses: most likely a typing error. */
export function matchesNothing(pattern: string, addresses: readonly string[]): boolean {
  return !addresses.some(wildcard(pattern));
}

/** Whether an address matches a pattern. */
type Pattern = (address: string) => boolean;

function matches(patterns: readonly Pattern[], address: string): boolean {
  return patterns.some((isMatch) => isMatch(address));
}

/** Everything that is reached from the edges where `start` holds. */
function closure(
  edges: readonly ScopeEdge[],
  start: (edge: ScopeEdge) => boolean,
  direction: 'needs' | 'needed-by',
): ReadonlySet<string> {
  const arrows = edges.flatMap(({ address, dependsOn }) =>
    dependsOn.map((other) =>
      direction === 'needs' ? ([address, other] as const) : ([other, address] as const),
    ),
  );
  const next = groupBy(arrows, ([from]) => from);
  const reached = new Set<string>();
  const queue = edges.filter(start).map((edge) => edge.address);
  for (let address = queue.pop(); address !== undefined; address = queue.pop()) {
    if (reached.has(address)) continue;
    reached.add(address);
    for (const [, to] of next.get(address) ?? []) queue.push(to);
  }
  return reached;
}
