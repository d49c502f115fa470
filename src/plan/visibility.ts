import type { Kinds, PrincipalDirectory } from '../model/index.js';
import { effectiveUsers } from './directory.js';

type DirectoryOf = (provider: string) => PrincipalDirectory | undefined;

/**
 * The secrets that the identity which runs the tool can see once the desired shares are applied, because one of them names it or
 * a team that it is in. Without a directory every share counts: membership is unknown.
 * @param desired the addresses of the desired resources
 */
export function secretsKeptVisible(
  desired: Iterable<string>,
  kinds: Kinds,
  directoryOf: DirectoryOf,
): ReadonlySet<string> {
  const tests = new Map<string, (principal: string) => boolean>();
  const visible = new Set<string>();
  for (const text of desired) {
    const share = kinds.mustParse(text);
    if (kinds.policyOf(share.kind).ownership === undefined) continue;
    const includesSelf = tests.get(share.provider) ?? selfTest(directoryOf(share.provider));
    tests.set(share.provider, includesSelf);
    if (includesSelf(share.member ?? '')) visible.add(kinds.parentOf(share) ?? '');
  }
  return visible;
}

function selfTest(directory: PrincipalDirectory | undefined): (principal: string) => boolean {
  if (directory === undefined) return () => true;
  const usersOf = effectiveUsers(directory);
  return (principal) => usersOf(principal).has(directory.self);
}
