import { formatAddress, splitAddress } from './address.js';
import type { Address } from './address.js';
import type { Fields } from './field.js';

/** What the core must know of a kind of resource; each provider defines its own kinds. */
export interface KindPolicy {
  /** As in addresses. */
  readonly kind: string;
  /** The kind of its parent. Its addresses have a member then: `share.<provider>.<secret>/<who>`. */
  readonly parent?: string;
  /** Whether its resources are members of lists, which the configuration manages as a whole or not at all. */
  readonly isList: boolean;
  /** Whether removing the parent removes it without a step of its own (a share, USAGE on a server). */
  readonly cascades: boolean;
  /**
   * Whether a difference in this field cannot be applied in place, so that the resource must be replaced. Pure. Takes the desired
   * fields, since what can be altered may depend on the type.
   */
  readonly mustReplace: (path: string, desired: Fields) => boolean;
  /** Fields that are only managed where the configuration names them (`owner`). */
  readonly managedWhereNamed: readonly string[];
  /** Whether a name, as the configuration has it, may stand for another one that only the system knows (`current_user`). */
  readonly mayMeanAnother?: (name: string) => boolean;
  /** The field that names its owner, who is the identity that creates it unless the configuration names another. */
  readonly ownerField?: string;
  /** Whether its system can give an object another name; where it cannot, a moved one is copied, and then destroyed. */
  readonly renames?: boolean;
  /** Whether the identity that creates such a resource becomes an owner of it. Absent: it does not. Takes the desired fields. */
  readonly creatorOwns?: (desired: Fields) => boolean;
  /** Whether its resources carry the mark of their stack, which tells who manages them without any state. Absent: they do not. */
  readonly isMarked?: boolean;
  /** An object that this identity may not see looks to it like one that is gone. */
  readonly mayBeHidden?: true;
  /** Its resources grant access to their parent, which must keep an owner. */
  readonly ownership?: OwnershipRule;
}

/** Which grants make an owner of the object that they are on, where the system deletes an object without owners. */
export interface OwnershipRule {
  /** The field of a grant that lists roles, with commas between them. */
  readonly field: string;
  /** The role that owns. */
  readonly role: string;
}

/** The kinds of resource of a run, and the addresses that they make. */
export interface Kinds {
  /** Parents before their children, as the providers list them. */
  readonly all: readonly KindPolicy[];
  /** Whether a kind is known. */
  has(kind: string): boolean;
  /**
   * Parses an address. Names may contain dots and slashes after the separating ones (e-mail addresses do).
   * @returns `undefined` for text that is not an address of a known kind
   */
  parse(text: string): Address | undefined;
  /**
   * Parses an address that this program made.
   * @throws Error where it is not an address: a programming error
   */
  mustParse(text: string): Address;
  /** The address of the resource that this one lives in (the secret of a share, the server of a mapping), if any. */
  parentOf(address: Address | string): string | undefined;
  /** Whether resources of this kind are members of a list. */
  isList(kind: string): boolean;
  /** @throws Error for an unknown kind: a programming error */
  policyOf(kind: string): KindPolicy;
  /** The position of a kind in `all`. */
  rankOf(kind: string): number;
}

/**
 * Indexes kinds.
 * @throws Error where two have one name: a programming error
 */
export function kindTable(policies: readonly KindPolicy[]): Kinds {
  const byKind = new Map(policies.map((policy) => [policy.kind, policy]));
  if (byKind.size !== policies.length) throw new Error('two kinds have one name');
  const ranks = new Map(policies.map(({ kind }, rank) => [kind, rank]));
  const policyOf = (kind: string): KindPolicy => {
    const policy = byKind.get(kind);
    if (policy === undefined) throw new Error(`no policy for the kind ${kind}`);
    return policy;
  };
  const parse = (text: string): Address | undefined => {
    const parts = splitAddress(text);
    const policy = parts && byKind.get(parts.kind);
    if (parts === undefined || policy === undefined) return undefined;
    const { kind, provider, rest } = parts;
    if (policy.parent === undefined) return { kind, provider, name: rest };
    const slash = rest.indexOf('/');
    if (slash <= 0 || slash === rest.length - 1) return undefined;
    return { kind, provider, name: rest.slice(0, slash), member: rest.slice(slash + 1) };
  };
  const mustParse = (text: string): Address => {
    const address = parse(text);
    if (address === undefined) throw new Error(`not an address: ${text}`);
    return address;
  };
  return {
    all: policies,
    has: (kind) => byKind.has(kind),
    parse,
    mustParse,
    parentOf: (given) => {
      const { kind, provider, name } = typeof given === 'string' ? mustParse(given) : given;
      const { parent } = policyOf(kind);
      return parent === undefined ? undefined : formatAddress({ kind: parent, provider, name });
    },
    isList: (kind) => policyOf(kind).isList,
    policyOf,
    rankOf: (kind) => ranks.get(kind) ?? policies.length,
  };
}
