import { providerOf } from '../model/index.js';
import type { Change, DesiredResource, Kinds } from '../model/index.js';

/** What decides whether a change depends on the identity that makes it. */
export interface SelfContext {
  readonly kinds: Kinds;
  /** What is wanted, by address. */
  readonly desired: ReadonlyMap<string, DesiredResource>;
  /** The identities that are compared, as principals. */
  readonly principals: readonly string[];
}

/**
 * Whether a change would have another result under another identity: it grants something to one of them or revokes it, or it makes
 * an object that its creator then owns. Pure.
 */
export function dependsOnSelf(
  { address, action }: Change,
  { kinds, desired, principals }: SelfContext,
): boolean {
  if (action === 'forget' || action === 'import' || action === 'noop') return false;
  const { kind, name, member } = kinds.mustParse(address);
  const policy = kinds.policyOf(kind);
  if (policy.parent !== undefined || policy.isList) return principals.includes(member ?? name);
  if (policy.creatorOwns === undefined || (action !== 'create' && action !== 'replace')) return false;
  const wanted = desired.get(address);
  return wanted === undefined || policy.creatorOwns(wanted.fields);
}

/** The changes of one provider that depend on the identity. */
export function selfChanges(
  changes: readonly Change[],
  provider: string,
  context: SelfContext,
): readonly Change[] {
  return changes.filter(
    (change) => providerOf(change.address) === provider && dependsOnSelf(change, context),
  );
}
