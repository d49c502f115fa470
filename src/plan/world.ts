import { formatAddress, groupBy } from '../model/index.js';
import type {
  ActualResource,
  Address,
  DesiredResource,
  KindPolicy,
  Kinds,
  PrincipalDirectory,
  StateRecord,
} from '../model/index.js';
import type { PlanInput } from './input.js';
import { scopeOf } from './scope.js';

/** The three sides of every resource, indexed by address. */
export interface World {
  readonly input: PlanInput;
  readonly desired: ReadonlyMap<string, DesiredResource>;
  readonly records: ReadonlyMap<string, StateRecord>;
  readonly actual: ReadonlyMap<string, ActualResource>;
  /** What lives in a resource, as the systems have it. */
  readonly children: ReadonlyMap<string, readonly ActualResource[]>;
  readonly inScope: (address: string) => boolean;
  /** Whether the list that a resource is a member of is authoritative. */
  readonly isListed: (address: Address) => boolean;
  /** Whether the system of a resource was seen. */
  readonly isVisible: (address: Address) => boolean;
  readonly directoryOf: (provider: string) => PrincipalDirectory | undefined;
  readonly kinds: Kinds;
  readonly policyOf: (address: Address) => KindPolicy;
}

/** Indexes the input, once. */
export function makeWorld(input: PlanInput): World {
  const { kinds } = input;
  const found = Object.values(input.actual).flatMap((result) => result.resources);
  const systems = new Map(Object.entries(input.actual));
  const actual = new Map<string, ActualResource>();
  for (const resource of found) {
    // Somebody may have access both directly and from elsewhere: what is on the resource itself counts.
    if (resource.inherited !== true || !actual.has(resource.address)) actual.set(resource.address, resource);
  }
  const desired = new Map(input.desired.map((resource) => [resource.address, resource]));
  const records = new Map((input.state?.records ?? []).map((record) => [record.address, record]));
  const lists = new Set(
    input.authoritative.map((list) => `${list.kind} ${list.parent ?? `${list.kind}.${list.provider}`}`),
  );
  return {
    input,
    kinds,
    desired,
    records,
    actual,
    children: groupBy(found, (resource) => kinds.parentOf(resource.address)),
    inScope: scopeOf(input.scope, kinds, [...desired.values(), ...records.values()]),
    isListed: (address) =>
      lists.has(`${address.kind} ${kinds.parentOf(address) ?? `${address.kind}.${address.provider}`}`),
    isVisible: (address) => systems.has(address.provider),
    directoryOf: (provider) => systems.get(provider)?.directory,
    policyOf: (address) => kinds.policyOf(address.kind),
  };
}
