import type { Kinds } from '../model/index.js';
import { groupBy } from '../model/index.js';
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
export function scopeOf(
  scope: Scope,
  kinds: Kinds,
  edges: readonly ScopeEdge[],
): (address: string) => boolean {
  const familyOf = (address: string): readonly string[] => [address, kinds.parentOf(address) ?? address];
  if (scope.targets.length === 0 && scope.excludes.length === 0) return () => true;
  const targets = scope.targets.map(pattern);
  const excludes = scope.excludes.map(pattern);
  const included = closure(
    edges,
    (edge) => familyOf(edge.address).some((it) => matches(targets, it)),
    'needs',
  );
  const excluded = closure(edges, (edge) => matches(excludes, edge.address), 'needed-by');
  return (address) => {
    const family = familyOf(address);
    const isIn = targets.length === 0 || family.some((one) => matches(targets, one)) || included.has(address);
    const isOut = family.some((one) => matches(excludes, one) || excluded.has(one));
    return isIn && !isOut;
  };
}

/** Whether a pattern names anything: one that doesn't is most likely a typing error. */
export function matchesNothing(text: string, addresses: readonly string[]): boolean {
  const one = pattern(text);
  return !addresses.some(one);
}

/** Whether an address fits a pattern. */
type Pattern = (address: string) => boolean;

/**
 * A pattern with `*` for any run of characters, as a test. What stands between two stars is looked for once, from left to
 * right: a regular expression made of many stars may take far longer.
 */
function pattern(text: string): Pattern {
  const [first = '', ...rest] = text.split('*');
  const last = rest.pop();
  if (last === undefined) return (address) => address === first;
  return (address) => {
    if (!address.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = address.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return address.length - last.length >= at && address.endsWith(last);
  };
}

function matches(patterns: readonly Pattern[], address: string): boolean {
  return patterns.some((fits) => fits(address));
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
