import { problem, providerOf } from '../model/index.js';
import type { Change, DesiredResource, Diagnostic, Kinds, Plan } from '../model/index.js';

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

/** Refuses to apply as another identity than the configuration names, where a change depends on it. */
export function checkActors(
  { systems, changes }: Plan,
  kinds: Kinds,
  desired: ReadonlyMap<string, DesiredResource>,
): readonly Diagnostic[] {
  return Object.entries(systems).flatMap(([provider, { principal, actor }]) => {
    if (actor === undefined) return [];
    const [first] = selfChanges(changes, provider, { kinds, desired, principals: [principal, actor] });
    if (first === undefined) return [];
    return [
      problem({
        code: 'other-self',
        summary: `The provider ${provider} names ${principal} as \`self\`; this run is ${actor}, under whom ${first.address} would have another result.`,
        next: `Apply it as ${principal}. A plan can be made as anybody.`,
        address: first.address,
      }),
    ];
  });
}
