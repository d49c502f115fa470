import { compareText, groupBy } from '../model/index.js';
import type {
  ActualResource,
  Address,
  DesiredResource,
  KindPolicy,
  Kinds,
  PrincipalDirectory,
  StateRecord,
} from '../model/index.js';
import type { PendingMove, PlanInput } from './input.js';
import { scopeOf } from './scope.js';
import { unseenIn } from './unseen.js';
import type { UnseenIndex } from './unseen.js';
import { secretsKeptVisible } from './visibility.js';

/** The three sides of every resource, indexed by address. */
export interface PlanIndex {
  readonly input: PlanInput;
  readonly desired: ReadonlyMap<string, DesiredResource>;
  readonly records: ReadonlyMap<string, StateRecord>;
  readonly actual: ReadonlyMap<string, ActualResource>;
  /** What a system has of a kind, by its id. */
  readonly actualById: (address: Address, id: string) => ActualResource | undefined;
  /** What the state owns of a kind, by its id. */
  readonly recordById: (address: Address, id: string) => StateRecord | undefined;
  /** What lives in a resource, as the systems have it. */
  readonly children: ReadonlyMap<string, readonly ActualResource[]>;
  /** Moves that are still to be done, by where they lead. */
  readonly movesTo: ReadonlyMap<string, PendingMove>;
  /** Copies that are still to be made, by what is copied. */
  readonly copiesOf: ReadonlyMap<string, PendingMove>;
  readonly inScope: (address: string) => boolean;
  /** Whether it is in scope only because a target depends on it. */
  readonly isOnlyNeeded: (address: string) => boolean;
  /** Whether the list that a resource is a member of is authoritative. */
  readonly isListed: (address: Address) => boolean;
  /** Whether the system of a resource was read. */
  readonly isVisible: (address: Address) => boolean;
  /** What the sessions could not see, though it may exist. */
  readonly unseen: UnseenIndex;
  readonly directoryOf: (provider: string) => PrincipalDirectory | undefined;
  /** Whether the list of a secret keeps it visible to the identity that runs the tool, directly or through a team. */
  readonly staysVisible: (secret: string) => boolean;
  readonly kinds: Kinds;
  readonly policyOf: (address: Address) => KindPolicy;
}

/** One resource, as each side has it. */
export interface ResourceView {
  readonly text: string;
  readonly address: Address;
  readonly desired: DesiredResource | undefined;
  readonly record: StateRecord | undefined;
  readonly actual: ActualResource | undefined;
}

/** Indexes the input of a plan, once. */
export function indexPlan(input: PlanInput): PlanIndex {
  const { kinds } = input;
  const systems = new Map(Object.entries(input.actual));
  const resources = [...systems.values()].flatMap((result) => result.resources);
  const desired = new Map(input.desired.map((resource) => [resource.address, resource]));
  const records = new Map((input.state?.records ?? []).map((record) => [record.address, record]));
  const actual = directByAddress(resources);
  const directoryOf = (provider: string): PrincipalDirectory | undefined => systems.get(provider)?.directory;
  const scope = scopeOf(input.scope, kinds, [...desired.values(), ...records.values()]);
  const moves = input.moves ?? [];
  const copiesOf = new Map(moves.filter(({ mode }) => mode === 'copy').map((move) => [move.from, move]));
  // What is copied goes with its copy.
  const copyOf = (address: string): string => copiesOf.get(address)?.to ?? address;
  let visibleSecrets: ReadonlySet<string> | undefined;
  return {
    input,
    kinds,
    desired,
    records,
    actual,
    actualById: byIdOf(actual.values(), kinds),
    recordById: byIdOf(records.values(), kinds),
    children: groupBy(resources, (resource) => kinds.parentOf(resource.address)),
    movesTo: new Map(moves.map((move) => [move.to, move])),
    copiesOf,
    inScope: (address) => scope.includes(copyOf(address)),
    isOnlyNeeded: (address) => scope.isOnlyNeeded(copyOf(address)),
    isListed: authoritativeLists(input),
    unseen: unseenIn(systems.values(), kinds),
    isVisible: (address) => systems.has(address.provider),
    directoryOf,
    staysVisible: (secret) => {
      visibleSecrets ??= secretsKeptVisible(desired.keys(), kinds, directoryOf);
      return visibleSecrets.has(secret);
    },
    policyOf: (address) => kinds.policyOf(address.kind),
  };
}

/** All resources in scope whose system was read, parents before what lives in them. */
export function viewsOf(index: PlanIndex): readonly ResourceView[] {
  const { kinds, desired, records, actual } = index;
  // Forgetting needs no system: its provider may be gone from the configuration.
  const isForgettable = (text: string): boolean => records.has(text) && isRemoved(index, text);
  return [...new Set([...desired.keys(), ...records.keys(), ...actual.keys()])]
    .filter((text) => index.inScope(text) && (desired.has(text) || !index.isOnlyNeeded(text)))
    .map((text) => ({ text, address: kinds.mustParse(text) }))
    .filter(({ text, address }) => index.isVisible(address) || isForgettable(text))
    .sort(
      (a, b) => kinds.rankOf(a.address.kind) - kinds.rankOf(b.address.kind) || compareText(a.text, b.text),
    )
    .map(({ text, address }) => ({
      text,
      address,
      desired: desired.get(text),
      record: records.get(text),
      actual: actual.get(text),
    }));
}

/** Whether the configuration lists a resource, or the one that it lives in, under `removed`. */
export function isRemoved({ input, kinds }: PlanIndex, address: string): boolean {
  const parent = kinds.parentOf(address);
  return input.removed.includes(address) || (parent !== undefined && input.removed.includes(parent));
}

/** The object itself; `undefined` where access comes from elsewhere (a role of the organization). */
export function directActual({ actual }: ResourceView): ActualResource | undefined {
  return actual?.inherited === true ? undefined : actual;
}

/** A principal may have access both directly and from elsewhere: what is on the resource itself counts. */
function directByAddress(resources: readonly ActualResource[]): ReadonlyMap<string, ActualResource> {
  const actual = new Map<string, ActualResource>();
  for (const resource of resources) {
    if (resource.inherited !== true || !actual.has(resource.address)) actual.set(resource.address, resource);
  }
  return actual;
}

/** Finds what has an id, among what is of the same kind and provider. */
function byIdOf<Item extends { readonly address: string; readonly id: string }>(
  items: Iterable<Item>,
  kinds: Kinds,
): (address: Address, id: string) => Item | undefined {
  const keyOf = ({ kind, provider }: Address, id: string): string => `${kind} ${provider} ${id}`;
  let byId: ReadonlyMap<string, Item> | undefined;
  return (address, id) => {
    byId ??= new Map([...items].map((item) => [keyOf(kinds.mustParse(item.address), item.id), item]));
    return byId.get(keyOf(address, id));
  };
}

/** Whether an address is a member of an authoritative list. */
function authoritativeLists({ authoritative, kinds }: PlanInput): (address: Address) => boolean {
  const keyOf = (kind: string, provider: string, parent: string | undefined): string =>
    `${kind} ${parent ?? `${kind}.${provider}`}`;
  const lists = new Set(authoritative.map((list) => keyOf(list.kind, list.provider, list.parent)));
  return (address) => lists.has(keyOf(address.kind, address.provider, kinds.parentOf(address)));
}
