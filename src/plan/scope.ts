import { groupBy, mustParseAddress, parentAddress } from '../model/index.js';
import type { Scope } from './input.js';

/** What the scope needs to know of a resource. */
export interface ScopeEdge {
  readonly address: string;
  readonly dependsOn: readonly string[];
}

/**
 * Which resources a run is about. A target takes along what it depends on and what lives in it; an exclusion takes out
 * what lives in it and what depends on it.
 * @param edges every known resource, wanted or remembered
 * @returns a predicate over addresses, which also holds for members of lists that `edges` doesn't name
 */
export function scopeOf(scope: Scope, edges: readonly ScopeEdge[]): (address: string) => boolean {
  if (scope.targets.length === 0 && scope.excludes.length === 0) return () => true;
  const targets = scope.targets.map(pattern);
  const excludes = scope.excludes.map(pattern);
  const included = closure(edges, (one) => matches(targets, one.address), 'needs');
  const excluded = closure(edges, (one) => matches(excludes, one.address), 'needed-by');
  return (address) => {
    const family = [address, parentAddress(mustParseAddress(address)) ?? address];
    const isIn = targets.length === 0 || family.some((one) => matches(targets, one)) || included.has(address);
    const isOut = family.some((one) => matches(excludes, one) || excluded.has(one));
    return isIn && !isOut;
  };
}

/** Whether a pattern names anything: one that doesn't is most likely a typing error. */
export function matchesNothing(text: string, addresses: readonly string[]): boolean {
  const one = pattern(text);
  return !addresses.some((address) => one.test(address));
}

/** An address with `*` for any run of characters, as a regular expression. */
function pattern(text: string): RegExp {
  const escaped = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 's');
}

function matches(patterns: readonly RegExp[], address: string): boolean {
  return patterns.some((one) => one.test(address));
}

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
