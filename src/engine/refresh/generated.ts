import { isReference, nearestWords, problem, splitAddress } from '../../model/index.js';
import { changedSince, fieldAt } from '../../plan/index.js';
import type { Fingerprint } from '../../plan/index.js';
import type {
  ActualResource,
  Configuration,
  ConfiguredResource,
  DesiredResource,
  Diagnostic,
  Field,
  StateRecord,
  ValueSource,
} from '../../model/index.js';

/** Where a generated value lives: the resource that it was made for, and its field there. */
export interface Home {
  readonly address: string;
  readonly path: string;
}

/** The home of every field that takes a generated value, its own or another secret's, by address and path. */
export type Homes = ReadonlyMap<string, ReadonlyMap<string, Home>>;

/** Finds the fields of a configuration that take generated values. */
export function homesOf({ resources }: Configuration): Homes {
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const homes = new Map<string, ReadonlyMap<string, Home>>();
  for (const resource of resources) {
    const found = new Map<string, Home>();
    for (const [path, field] of Object.entries(resource.fields)) {
      const home =
        field.kind === 'source' ? homeOf(resource.address, path, field.source, byAddress) : undefined;
      if (home !== undefined) found.set(path, home);
    }
    if (found.size > 0) homes.set(resource.address, found);
  }
  return homes;
}

/** The addresses of generated values that other resources take. */
export function sharedHomesOf(homes: Homes): ReadonlySet<string> {
  const shared = new Set<string>();
  for (const [address, places] of homes) {
    for (const home of places.values()) if (home.address !== address) shared.add(home.address);
  }
  return shared;
}

/** Follows `{ secret: NAME }` to where the value is made, if it is made at all; a circle leads nowhere. */
export function homeOf(
  address: string,
  path: string,
  source: ValueSource,
  byAddress: ReadonlyMap<string, ConfiguredResource>,
): Home | undefined {
  const passed = new Set<string>();
  let home: Home = { address, path };
  let current: ValueSource | undefined = source;
  while (isReference(current) && !passed.has(current.address)) {
    passed.add(current.address);
    home = { address: current.address, path: 'value' };
    const field: ConfiguredResource['fields'][string] | undefined = byAddress.get(current.address)?.fields[
      'value'
    ];
    current = field?.kind === 'source' ? field.source : undefined;
  }
  return current !== undefined && !isReference(current) && current.generated === true ? home : undefined;
}

/** What decides about generated values once the systems were read. */
export interface GeneratedContext {
  /** What the systems have, by address. */
  readonly actual: ReadonlyMap<string, ActualResource>;
  /** What the state owns, by address. */
  readonly records: ReadonlyMap<string, StateRecord>;
  readonly fingerprint: Fingerprint | undefined;
  /** Addresses whose values are to be replaced. */
  readonly rotates: ReadonlySet<string>;
  /** Addresses whose values are kept though they were changed outside of this stack. */
  readonly accepts: ReadonlySet<string>;
  /** Whether the system of an address was read. */
  readonly isSeen: (address: string) => boolean;
}

/**
 * Settles what generated values are, now that the systems were read: one that exists is kept, one that is missing, or is to be
 * rotated, is the one that was just made. A plan cannot pin what was just made: it differs each time. One that was changed outside of
 * this stack is neither until somebody decides.
 * @param desired with a value made for every field that wants one
 */
export function settleGenerated(
  desired: readonly DesiredResource[],
  homes: Homes,
  context: GeneratedContext,
): readonly DesiredResource[] {
  if (homes.size === 0) return desired;
  return desired.map((resource) => {
    const places = homes.get(resource.address);
    return places === undefined ? resource : settleResource(resource, places, context);
  });
}

function settleResource(
  resource: DesiredResource,
  places: ReadonlyMap<string, Home>,
  context: GeneratedContext,
): DesiredResource {
  const fields: Record<string, Field> = { ...resource.fields };
  const unpinned: string[] = [];
  const generated = [...places].flatMap(([path, home]) => (home.address === resource.address ? [path] : []));
  const changedOutside: Record<string, 'undecided' | 'waiting' | 'accepted'> = {};
  for (const [path, home] of places) {
    const isHome = home.address === resource.address;
    const settled = settleValue(home, context);
    if (settled === 'undecided') {
      fields[path] = UNDECIDED;
      changedOutside[path] = isHome ? 'undecided' : 'waiting';
      continue;
    }
    if (fields[path]?.kind !== 'sensitive') continue;
    if (settled === 'new') unpinned.push(path);
    else fields[path] = settled.field;
    if (settled !== 'new' && settled.isAccepted && isHome) changedOutside[path] = 'accepted';
  }
  return {
    ...resource,
    fields,
    ...(generated.length === 0 ? {} : { generated }),
    ...(unpinned.length === 0 ? {} : { unpinned }),
    ...(Object.keys(changedOutside).length === 0 ? {} : { changedOutside }),
  };
}

/** What a generated value is: one that was just made, one that waits for a decision, or what was found. */
type Settled = 'new' | 'undecided' | { readonly field: Field; readonly isAccepted: boolean };

function settleValue(home: Home, context: GeneratedContext): Settled {
  const { actual, rotates, accepts, isSeen } = context;
  if (!isSeen(home.address)) return { field: UNSEEN, isAccepted: false };
  const found = actual.get(home.address);
  const field = found === undefined ? undefined : fieldAt(found.fields, home.path);
  if (field === undefined || field.kind === 'plain' || rotates.has(home.address)) return 'new';
  if (!wasChanged(home, context)) return { field, isAccepted: false };
  return accepts.has(home.address) ? { field, isAccepted: true } : 'undecided';
}

/** Whether a generated value is not the one that this stack made last. */
function wasChanged({ address, path }: Home, { actual, records, fingerprint }: GeneratedContext): boolean {
  const found = actual.get(address);
  const record = records.get(address);
  const isOurs = record !== undefined && record.id === found?.id && record.unfinished !== true;
  return found !== undefined && isOurs && changedSince(path, found, record, fingerprint);
}

const UNSEEN: Field = { kind: 'hidden', reason: 'generated, and kept in a system that was not read' };
const UNDECIDED: Field = { kind: 'hidden', reason: 'generated, and changed outside of this stack' };

/** What is wrong where a flag takes an address and got something else; `undefined` for an address. */
function misnamed(flag: string, text: string, homes: Homes): Diagnostic | undefined {
  if (splitAddress(text) !== undefined) return undefined;
  const generated = [...homes].flatMap(([address, places]) =>
    [...places.values()].some((home) => home.address === address) ? [address] : [],
  );
  const named = generated.find((address) => address.endsWith(`.${text}`)) ?? nearestWords(text, generated)[0];
  return problem({
    code: 'not-generated',
    summary: `${flag} ${text}: that is not an address.`,
    next:
      named === undefined ? 'Addresses look like secret.helios.HF_TOKEN.' : `Did you mean ${flag} ${named}?`,
  });
}

/** What is wrong with `--rotate` and `--accept`: an address of which nothing is generated, or both for one. */
export function checkDecisions(
  rotates: readonly string[],
  accepts: readonly string[],
  homes: Homes,
): readonly Diagnostic[] {
  const own = (address: string): boolean =>
    [...(homes.get(address)?.values() ?? [])].some((home) => home.address === address);
  const notGenerated = (flag: string, addresses: readonly string[]): readonly Diagnostic[] =>
    addresses
      .filter((address) => !own(address))
      .map(
        (address) =>
          misnamed(flag, address, homes) ??
          problem({
            code: 'not-generated',
            summary: `${flag} ${address}: no value of it is generated by this configuration.`,
            next: `Change the value where it comes from; ${flag} is for \`{ generate: … }\`.`,
          }),
      );
  const both = accepts
    .filter((address) => rotates.includes(address))
    .map((address) =>
      problem({
        code: 'usage',
        summary: `--rotate and --accept are both given for ${address}.`,
        next: '--rotate makes a new value, --accept keeps the one that was found: give one of them.',
      }),
    );
  return [...notGenerated('--rotate', rotates), ...notGenerated('--accept', accepts), ...both];
}

/** What is wrong with `--accept` now that the systems were read: a value that cannot be read cannot be kept. */
export function checkAccepted(homes: Homes, context: GeneratedContext): readonly Diagnostic[] {
  return [...context.accepts].flatMap((address) => {
    const places = [...(homes.get(address)?.values() ?? [])].filter((home) => home.address === address);
    const changed = places.filter((home) => wasChanged(home, context));
    if (changed.length === 0) return context.isSeen(address) ? [nothingToAccept(address)] : [];
    const fields = context.actual.get(address)?.fields ?? {};
    const isReadable = changed.every(({ path }) => fieldAt(fields, path)?.kind === 'sensitive');
    return isReadable ? [] : [cannotAccept(address)];
  });
}

function nothingToAccept(address: string): Diagnostic {
  return problem({
    severity: 'info',
    code: 'nothing-to-accept',
    summary: `--accept ${address}: its value is not known to have changed since it was last applied.`,
    address,
  });
}

function cannotAccept(address: string): Diagnostic {
  return problem({
    code: 'cannot-accept',
    summary: `--accept ${address}: this identity may not read its value, so nothing could tell later whether it changed again.`,
    next: `Run it as an identity that may read it, or make a new value: --rotate ${address}`,
    address,
  });
}
