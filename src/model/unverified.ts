/** Why something could not be checked. */
export type UnverifiedCause =
  /** The system has it, and this identity may not read it. */
  | 'hidden'
  /** It could be read, and nothing tells what it was when it was last applied: there was no key. */
  | 'no-fingerprint'
  /** Whether it exists, or which members it has, is not visible to this identity. */
  | 'unseen'
  /** What is wanted lives in a system that this run did not read. */
  | 'not-read'
  /** An interrupted run left it, and its fields were never compared. */
  | 'unfinished'
  /** It is as it should be, and its system cannot use it. */
  | 'unusable';

/** Something that could not be compared, so that 'nothing differs' would be a guess. */
export interface Unverified {
  readonly address: string;
  readonly cause: UnverifiedCause;
  /** A field, or a map of fields (`options`); absent where it is about the whole object. */
  readonly path?: string;
  /** The kind of its members that could not be listed. */
  readonly members?: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** What an apply does about it: writes what is wanted, or leaves it as it is. */
  readonly outcome: 'written' | 'left';
  /** The provider says `unverifiable: accept`: shown, and not counted. */
  readonly accepted?: true;
}

/** What a session could not see of an object, though it may be there. */
export type Unseen =
  /** Whether it exists at all. */
  | { readonly what: 'object'; readonly address: string; readonly reason: string }
  /** Which members of a kind it has. */
  | { readonly what: 'members'; readonly address: string; readonly kind: string; readonly reason: string }
  /** It was read; whether it works is not as its fields say: the system refuses to use it. */
  | { readonly what: 'use'; readonly address: string; readonly reason: string };

/** What a provider that says `unverifiable: accept` accepts: what its identity cannot check, not what is broken or left unfinished. */
const ACCEPTABLE: ReadonlySet<UnverifiedCause> = new Set(['hidden', 'no-fingerprint', 'unseen']);

/** Marks what the configuration accepts. */
export function accepted(entry: Unverified, isAccepted: boolean): Unverified {
  return isAccepted && ACCEPTABLE.has(entry.cause) ? { ...entry, accepted: true } : entry;
}

/** Those that count: nobody accepted them. */
export function counted(entries: readonly Unverified[]): readonly Unverified[] {
  return entries.filter((entry) => entry.accepted !== true);
}

/** The addresses of some entries, each once. */
export function addressesOf(entries: readonly { readonly address: string }[]): readonly string[] {
  return [...new Set(entries.map(({ address }) => address))];
}
