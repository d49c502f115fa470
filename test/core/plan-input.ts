import { createHash } from 'node:crypto';
import { STATE_VERSION, Sensitive, plain, providerOf, sensitive } from '../../src/model/index.js';
import type {
  ActualResource,
  DesiredResource,
  Field,
  Fields,
  Plain,
  PrincipalDirectory,
  ReadResult,
  StateRecord,
} from '../../src/model/index.js';
import { makePlan } from '../../src/plan/index.js';
import type { Fingerprint, MaxDeletes, PlanInput } from '../../src/plan/index.js';
import type { Plan } from '../../src/model/index.js';
import { kinds } from './kinds.js';

export { kinds };

/** When everything in these tests was last applied. */
export const APPLIED = '2026-01-01T00:00:00.000Z';
/** The moment of planning. */
export const NOW = '2026-02-01T00:00:00.000Z';
export const ME = 'user:me@example.com';

/** A fingerprint that the tests can do again: they only need that it differs with the value and the domain. */
export const fingerprint: Fingerprint = (domain, value) =>
  createHash('sha256')
    .update(`${domain}\0${typeof value === 'string' ? value : value.reveal()}`)
    .digest('hex');

/** Fields from short notation: text is plain, `{ s: … }` sensitive, `{ hidden: … }` hidden. */
export type Short = Readonly<Record<string, Plain | Sensitive | Field>>;

export function fieldsOf(short: Short): Fields {
  return Object.fromEntries(
    Object.entries(short).map(([path, value]): [string, Field] => {
      if (value instanceof Sensitive) return [path, sensitive(value)];
      if (typeof value === 'object' && value !== null && 'kind' in value) return [path, value as Field];
      return [path, plain(value)];
    }),
  );
}

export const s = (text: string): Sensitive => new Sensitive(text);
export const hidden: Field = { kind: 'hidden', reason: 'the role app may not read them' };

/** A wanted resource; it depends on its parent. */
export function want(
  address: string,
  fields: Short = {},
  more: Partial<Omit<DesiredResource, 'fields'>> = {},
): DesiredResource {
  const { kind, provider, name } = kinds.mustParse(address);
  const parent =
    kind === 'share'
      ? [`secret.${provider}.${name}`]
      : kind === 'user_mapping' || kind === 'server_usage'
        ? [`duckdb_server.${provider}.${name}`]
        : [];
  return { address, dependsOn: parent, lifecycle: {}, fields: fieldsOf(fields), ...more };
}

/** What a system has. */
export function have(
  address: string,
  fields: Short = {},
  more: Partial<Omit<ActualResource, 'fields'>> = {},
): ActualResource {
  return { address, id: `id of ${address}`, version: 'v1', fields: fieldsOf(fields), ...more };
}

/** What the state remembers, as if `fields` had been applied. */
export function remember(
  address: string,
  fields: Short = {},
  more: Partial<StateRecord> & { readonly withoutKey?: boolean } = {},
): StateRecord {
  const { withoutKey, ...rest } = more;
  const all = Object.entries(fieldsOf(fields));
  return {
    address,
    id: `id of ${address}`,
    appliedAt: APPLIED,
    fields: Object.fromEntries(
      all.flatMap(([path, one]) => (one.kind === 'plain' ? [[path, one.value]] : [])),
    ),
    fingerprints: Object.fromEntries(
      all.flatMap(([path, one]) =>
        one.kind === 'sensitive' && withoutKey !== true
          ? [[path, fingerprint(`${address}#${path}`, one.value)]]
          : [],
      ),
    ),
    sensitiveFields: all.flatMap(([path, one]) => (one.kind === 'sensitive' ? [path] : [])),
    dependsOn: want(address).dependsOn,
    ...rest,
  };
}

/** Who is there unless a test says otherwise: the tool, Ana and Ben, and the team Platform with Ana in it. */
export const DIRECTORY: PrincipalDirectory = {
  self: ME,
  users: [ME, 'user:ana@example.com', 'user:ben@example.com'],
  teams: [{ principal: 'team:Platform', members: ['user:ana@example.com'] }],
};

/** What a plan is made from, in short. */
export interface Case {
  readonly desired?: readonly DesiredResource[];
  readonly actual?: readonly ActualResource[];
  readonly records?: readonly StateRecord[];
  /** Parents whose lists of children are authoritative: `share secret.helios.S`, `fdw_usage wh`. */
  readonly lists?: readonly string[];
  readonly directory?: PrincipalDirectory;
  readonly unseen?: readonly string[];
  readonly withoutKey?: boolean;
  /** Everything may be destroyed, unless this says otherwise: thresholds have their own tests. */
  readonly maxDeletes?: MaxDeletes | 'usual';
  readonly more?: Partial<PlanInput>;
}

/** The whole input of a case. The providers are `helios` and `wh`. */
export function inputOf(one: Case): PlanInput {
  const actual: Record<string, ReadResult> = {};
  for (const [provider, type] of [
    ['helios', 'singlestore'],
    ['wh', 'postgres'],
  ] as const) {
    if (one.unseen?.includes(provider) === true) continue;
    actual[provider] = {
      system: { type, id: `${provider}-1`, name: provider, principal: ME },
      resources: (one.actual ?? []).filter((it) => providerOf(it.address) === provider),
      ...(type === 'singlestore' ? { directory: one.directory ?? DIRECTORY } : {}),
    };
  }
  return {
    stack: 'prod',
    now: NOW,
    configuration: 'digest',
    desired: one.desired ?? [],
    authoritative: (one.lists ?? []).map((text) => {
      const [kind, where] = text.split(' ') as ['share' | 'server_usage' | 'fdw_usage', string];
      return kind === 'fdw_usage'
        ? { kind, provider: where }
        : { kind, provider: providerOf(where), parent: where };
    }),
    removed: [],
    actual,
    unreachable: [],
    state:
      one.records === undefined
        ? undefined
        : {
            version: STATE_VERSION,
            serial: 7,
            lineage: 'L',
            stack: 'prod',
            systems: {},
            records: one.records,
          },
    kinds,
    ...(one.withoutKey === true ? {} : { fingerprint }),
    scope: { targets: [], excludes: [] },
    diagnostics: [],
    ...(one.maxDeletes === 'usual' ? {} : { maxDeletes: one.maxDeletes ?? { percent: 100 } }),
    ...one.more,
  };
}

export function planOf(one: Case): Plan {
  return makePlan(inputOf(one));
}

/** The steps of a plan, short: `create secret.helios.S`. */
export function steps(plan: Plan): string[] {
  return plan.changes.map((change) => `${change.action} ${change.address}`);
}

/** What a plan is refused for, short: `exists-already secret.helios.S`. */
export function errors(plan: Plan): string[] {
  return plan.diagnostics
    .filter((diagnostic) => diagnostic.severity === 'error')
    .map((diagnostic) =>
      diagnostic.address === undefined ? diagnostic.code : `${diagnostic.code} ${diagnostic.address}`,
    );
}
