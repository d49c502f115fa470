import type { Kinds } from '../model/index.js';
import { groupBy, wildcard } from '../model/index.js';
import type { Scope } from './input.js';

/** A resource and what it depends on. */
export interface ScopeEdge {
  readonly address: string;
  readonly dependsOn: readonly string[];
}

/** Which resources a run is about. Both work for members of lists that no edge names. */
export interface ScopeTest {
  readonly includes: (address: string) => boolean;
  /** Whether it is left in only because a target depends on it: to be made or changed, never to be destroyed. */
  readonly isOnlyNeeded: (address: string) => boolean;
}

/**
 * Which resources a run is about. A target includes what it depends on and what lives in it; an exclusion excludes what lives
 * in it and what depends on it.
 * @param edges every known resource, desired or recorded
 */
export function scopeOf(scope: Scope, kinds: Kinds, edges: readonly ScopeEdge[]): ScopeTest {
  const familyOf = (address: string): readonly string[] => [address, kinds.parentOf(address) ?? address];
  if (scope.targets.length === 0 && scope.excludes.length === 0) {
    return { includes: () => true, isOnlyNeeded: () => false };
  }
  const targets = scope.targets.map((pattern) => wildcard(pattern));
  const excludes = scope.excludes.map((pattern) => wildcard(pattern));
  const isTarget = (address: string): boolean =>
    targets.length === 0 || familyOf(address).some((member) => matches(targets, member));
  const included = closure(edges, (edge) => isTarget(edge.address), 'needs');
  const excluded = closure(edges, (edge) => matches(excludes, edge.address), 'needed-by');
  const isOut = (address: string): boolean =>
    familyOf(address).some((member) => matches(excludes, member) || excluded.has(member));
  return {
    includes: (address) => (isTarget(address) || included.has(address)) && !isOut(address),
    isOnlyNeeded: (address) => !isTarget(address),
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
