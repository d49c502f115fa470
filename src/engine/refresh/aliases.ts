/*
 * A resource may have two addresses in words: `user_mapping.wh.lake/current_user` as it is written, and `…/postgres` as its database has it.
 * What the written one means is known once its system was asked. Until then everything that a flag may mean is kept.
 */
import { formatAddress, own, wildcard } from '../../model/index.js';
import type { ConfiguredResource, DesiredResource, Kinds, SystemIdentity } from '../../model/index.js';

/** The patterns of a run. */
export interface Patterns {
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
}

/** Whether what an address names may be called otherwise in its system. */
function mayMeanAnother(kinds: Kinds, text: string): boolean {
  const { kind, name, member } = kinds.mustParse(text);
  return kinds.policyOf(kind).mayMeanAnother?.(member ?? name) === true;
}

/** The written addresses that targets may mean, though they do not match them. */
export function candidatesOf(
  targets: readonly string[],
  resources: readonly ConfiguredResource[],
  kinds: Kinds,
): readonly string[] {
  const written = new Set(resources.map(({ address }) => address));
  const unclear = resources.filter(({ address }) => mayMeanAnother(kinds, address));
  if (unclear.length === 0) return [];
  const heads = targets
    .filter((target) => !written.has(target))
    .map((target) => wildcard(withoutLastName(target)));
  return unclear.map(({ address }) => address).filter((address) => heads.some((matches) => matches(address)));
}

/** A pattern with any last name: `user_mapping.wh.lake/*`. */
function withoutLastName(pattern: string): string {
  const slash = pattern.indexOf('/');
  const end = slash === -1 ? pattern.lastIndexOf('.') : slash;
  return `${pattern.slice(0, end + 1)}*`;
}

/** Some patterns, and the new addresses of what they match under its old one. */
export function withMoved(
  patterns: readonly string[],
  moved: readonly { readonly from: string; readonly to: string }[],
): readonly string[] {
  const matching = (pattern: string): readonly string[] =>
    moved.filter(({ from }) => wildcard(pattern)(from)).map(({ to }) => to);
  return [...patterns, ...patterns.flatMap(matching)];
}

/** The patterns of a run as the systems have the names: a resource is a target, or excluded, under either of its addresses. */
export function resolvePatterns(
  { targets, excludes }: Patterns,
  desired: readonly DesiredResource[],
  systems: Readonly<Record<string, { readonly system: SystemIdentity }>>,
  kinds: Kinds,
): Patterns {
  const renamed = desired.flatMap(({ address, configuredAs }) =>
    configuredAs === undefined ? [] : [{ address, configuredAs }],
  );
  const matching = (pattern: string): readonly string[] =>
    renamed.filter(({ configuredAs }) => wildcard(pattern)(configuredAs)).map(({ address }) => address);
  return {
    targets: [...targets, ...targets.flatMap(matching)],
    // What is excluded was not asked for, so that its name is taken to be that of the identity.
    excludes: [
      ...excludes,
      ...excludes.flatMap(matching),
      ...excludes.flatMap((pattern) => asSelf(pattern, systems, kinds)),
    ],
  };
}

function asSelf(
  pattern: string,
  systems: Readonly<Record<string, { readonly system: SystemIdentity }>>,
  kinds: Kinds,
): readonly string[] {
  const parsed = kinds.parse(pattern);
  const self = parsed && own(systems, parsed.provider)?.system.principal;
  if (parsed === undefined || self === undefined || !mayMeanAnother(kinds, pattern)) return [];
  return [
    formatAddress(parsed.member === undefined ? { ...parsed, name: self } : { ...parsed, member: self }),
  ];
}
