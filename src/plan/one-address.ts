/*
 * One object, one address. An object is known by its system (an organization's id, a database, a directory), its kind and its id there;
 * one that does not exist yet, by its name. Two addresses for one object would be two owners: each would undo what the other does,
 * and the address that leaves the configuration would destroy what the other one keeps.
 */
import { compareText, own, problem } from '../model/index.js';
import type { Diagnostic, Kinds, SourceRange, StateData } from '../model/index.js';
import { isRemoved } from './plan-index.js';
import type { PlanIndex } from './plan-index.js';

/** An address that stands for an object. */
export interface Claim {
  readonly address: string;
  /** What the object is known by. */
  readonly object: string;
  /** The name of its system, for people. */
  readonly system: string;
  /** Where the configuration names it; absent where only the state has it. */
  readonly range?: SourceRange | undefined;
  readonly isConfigured: boolean;
}

/** What an object is known by: its system, its kind, and its id or its name there. */
export function objectKey(
  system: { readonly type: string; readonly id: string },
  kind: string,
  by: { readonly id: string } | { readonly name: string; readonly member?: string | undefined },
): string {
  return JSON.stringify([
    system.type,
    system.id,
    kind,
    ...('id' in by ? ['id', by.id] : [by.name, by.member]),
  ]);
}

/** Refuses a plan in which two addresses, configured or recorded, stand for one object. */
export function checkOneAddress(index: PlanIndex): readonly Diagnostic[] {
  return twoAddresses([...configuredClaims(index), ...recordedClaims(index)], index.kinds);
}

/**
 * Finds objects that have two addresses.
 * @returns an error for each pair; none for what lives in an object that has two
 */
export function twoAddresses(claims: readonly Claim[], kinds: Kinds): readonly Diagnostic[] {
  const first = new Map<string, Claim>();
  const pairs = new Map<string, readonly [Claim, Claim]>();
  for (const claim of claims) {
    const other = first.get(claim.object) ?? claim;
    first.set(claim.object, other);
    if (other.address === claim.address) continue;
    const addresses = [other.address, claim.address].sort(compareText).join(' ');
    if (!pairs.has(addresses)) pairs.set(addresses, [other, claim]);
  }
  const doubled = new Set([...pairs.values()].flat().map(({ address }) => address));
  return [...pairs.values()]
    .filter((pair) => !pair.every(({ address }) => doubled.has(kinds.parentOf(address) ?? '')))
    .map(([first, other]) => refusal(first, other));
}

/** Configured ones come first, so that of a pair with one in the state alone the first is where it is going. */
function refusal(first: Claim, other: Claim): Diagnostic {
  const isRename = first.isConfigured && !other.isConfigured;
  return problem({
    code: 'two-addresses',
    summary: `${first.address} and ${other.address} are the same object of ${first.system}; an object has one address.`,
    next: isRename
      ? `If it has a new address, say so: moved: [{ from: ${other.address}, to: ${first.address} }]`
      : first.isConfigured
        ? 'Keep one of them in the configuration.'
        : `Remove one of them from the state: secrets state rm ${other.address}`,
    address: first.address,
    at: first.range,
    related: other.range && [{ message: 'the other one', at: other.range }],
  });
}

function configuredClaims(index: PlanIndex): readonly Claim[] {
  const { kinds, input } = index;
  const objects = [...index.desired.values()].flatMap((resource): readonly Claim[] => {
    const address = kinds.mustParse(resource.address);
    const system = systemOf(index, address.provider);
    if (system === undefined) return [];
    const claim = {
      address: resource.address,
      system: system.name,
      range: resource.range,
      isConfigured: true,
    };
    const actual = index.actual.get(resource.address);
    const byName = objectKey(system, address.kind, address);
    return [
      { ...claim, object: byName },
      ...(actual === undefined || actual.inherited === true
        ? []
        : [{ ...claim, object: objectKey(system, address.kind, actual) }]),
    ];
  });
  // A list of the system itself (USAGE on the wrapper) is an object as well: two providers would revoke each other's members.
  const lists = input.authoritative.flatMap(({ kind, provider, parent }): readonly Claim[] => {
    const system = parent === undefined ? systemOf(index, provider) : undefined;
    if (system === undefined) return [];
    const object = objectKey(system, kind, { name: '' });
    return [{ address: `${kind}.${provider}.*`, system: system.name, object, isConfigured: true }];
  });
  return [...objects, ...lists];
}

function recordedClaims(index: PlanIndex): readonly Claim[] {
  const { input, kinds } = index;
  const { state } = input;
  if (state === undefined) return [];
  const configured = new Set([...(input.configured ?? []), ...index.desired.keys()]);
  return claimsOf(state, kinds, (provider) => systemOf(index, provider))
    .filter(({ address }) => !isRemoved(index, address))
    .map((claim) => ({ ...claim, isConfigured: configured.has(claim.address) }));
}

/**
 * The objects that a state has.
 * @param systemAt the system of a provider; the one that the state is bound to where absent
 */
export function claimsOf(
  { records, systems }: Pick<StateData, 'records' | 'systems'>,
  kinds: Kinds,
  systemAt: (provider: string) => NamedSystem | undefined = (provider) => own(systems, provider),
): readonly Claim[] {
  return records.flatMap(({ address: text, id }): readonly Claim[] => {
    const { kind, provider } = kinds.mustParse(text);
    const system = systemAt(provider);
    if (system === undefined) return [];
    const object = objectKey(system, kind, { id });
    return [{ address: text, system: system.name, object, isConfigured: false }];
  });
}

/** What is known of a system. */
interface NamedSystem {
  readonly type: string;
  readonly id: string;
  readonly name: string;
}

/** The system of a provider: as it was read; else as the state is bound to it. */
function systemOf({ input }: PlanIndex, provider: string): NamedSystem | undefined {
  return own(input.actual, provider)?.system ?? own(input.state?.systems, provider);
}
