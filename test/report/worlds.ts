import fc from 'fast-check';
import { Sensitive, kindTable, plain, sensitive } from '../../src/model/index.js';
import type { ActualResource, DesiredResource, Fields, StateRecord } from '../../src/model/index.js';
import type { PlanInput } from '../../src/plan/index.js';
import { kinds as realKinds } from '../core/kinds.js';

/** A value that no output may hold. */
export const CANARY = 'c4n4ry-v4lue';

const ADDRESSES = [
  'secret.helios.HF_TOKEN',
  'share.helios.HF_TOKEN/user:ana@example.com',
  'share.helios.HF_TOKEN/team:Platform',
  'duckdb_server.helios.lake',
  'user_mapping.helios.lake/analyst',
];

interface Side {
  readonly wanted: boolean;
  readonly found: boolean;
  readonly recorded: boolean;
  readonly values: readonly [number, number, number];
  readonly sameObject: boolean;
  readonly adopt: boolean;
  readonly protect: boolean;
}

const side: fc.Arbitrary<Side> = fc.record({
  wanted: fc.boolean(),
  found: fc.boolean(),
  recorded: fc.boolean(),
  values: fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 1 }), fc.nat({ max: 1 })),
  sameObject: fc.boolean(),
  adopt: fc.boolean(),
  protect: fc.boolean(),
});

const kinds = kindTable(
  realKinds.all.map((policy) => ({
    ...policy,
    mustReplace: (path: string) => path === 'type',
    managedWhereNamed: ['owner'],
    cascades: policy.kind === 'share',
  })),
);

function fieldsOf(address: string, value: number): Fields {
  const kind = kinds.parse(address)?.kind;
  if (kind === 'share') return { role: plain(value === 0 ? 'Reader' : 'Owner') };
  if (kind === 'duckdb_server') {
    return { type: plain(value === 0 ? 's3' : 'gcs'), 'options.scope': plain([`s3://${value}`, 'x\n']) };
  }
  return { value: sensitive(new Sensitive(`${CANARY}-${value}`)) };
}

function recordOf(address: string, one: Side): StateRecord {
  const parent = kinds.parentOf(address);
  const entries = Object.entries(fieldsOf(address, one.values[2]));
  return {
    address,
    id: 'id-1',
    appliedAt: '2026-01-02T08:00:00.000Z',
    fields: Object.fromEntries(
      entries.flatMap(([path, field]) => (field.kind === 'plain' ? [[path, field.value]] : [])),
    ),
    fingerprints: Object.fromEntries(
      entries.flatMap(([path, field]) =>
        field.kind === 'sensitive' ? [[path, `hmac-sha256:${one.values[2]}`]] : [],
      ),
    ),
    sensitiveFields: entries.flatMap(([path, field]) => (field.kind === 'sensitive' ? [path] : [])),
    dependsOn: parent === undefined ? [] : [parent],
    ...(one.protect ? { protect: true } : {}),
  };
}

function actualOf(address: string, one: Side): ActualResource {
  return {
    address,
    id: one.sameObject ? 'id-1' : 'id-2',
    version: 'v7',
    fields: fieldsOf(address, one.values[1]),
    changedAt: '2026-01-30T22:10:00Z',
    changedBy: 'user:ben@example.com',
  };
}

function desiredOf(address: string, one: Side): DesiredResource {
  const parent = kinds.parentOf(address);
  return {
    address,
    dependsOn: parent === undefined ? [] : [parent],
    lifecycle: { ...(one.adopt ? { adopt: true } : {}), ...(one.protect ? { protect: true } : {}) },
    fields: fieldsOf(address, one.values[0]),
    maxAgeMs: 86_400_000,
    range: { file: 'secrets.yaml', line: 3, column: 1, endLine: 3, endColumn: 9 },
  };
}

/** Small worlds: every resource wanted, found and recorded or not, equal or not, with and without a state. */
export const world: fc.Arbitrary<PlanInput> = fc
  .record({
    sides: fc.array(side, { minLength: ADDRESSES.length, maxLength: ADDRESSES.length }),
    hasState: fc.boolean(),
    hasKey: fc.boolean(),
    isReachable: fc.boolean(),
    isExclusive: fc.boolean(),
  })
  .map(({ sides, hasState, hasKey, isReachable, isExclusive }) => {
    const pick = <Item>(
      key: 'wanted' | 'found' | 'recorded',
      make: (address: string, one: Side) => Item,
    ): Item[] =>
      ADDRESSES.flatMap((address, at) => {
        const one = sides[at];
        return one?.[key] === true ? [make(address, one)] : [];
      });
    return {
      stack: 'analytics-prod',
      now: '2026-01-31T09:30:00.000Z',
      configuration: 'sha256:00',
      desired: pick('wanted', desiredOf),
      authoritative: isExclusive
        ? [{ kind: 'share' as const, provider: 'helios', parent: 'secret.helios.HF_TOKEN' }]
        : [],
      removed: [],
      actual: isReachable
        ? {
            helios: {
              system: { type: 'singlestore', id: 'o-1', name: 'Example', principal: 'user:ci@example.com' },
              resources: pick('found', actualOf),
            },
          }
        : {},
      unreachable: isReachable ? [] : [{ provider: 'helios', message: 'no answer', next: 'Try again.' }],
      state: hasState
        ? {
            version: 2 as const,
            serial: 3,
            lineage: 'l-1',
            stack: 'analytics-prod',
            systems: {},
            records: pick('recorded', recordOf),
          }
        : undefined,
      kinds,
      ...(hasKey
        ? {
            fingerprint: (_domain: string, value: Sensitive | string) =>
              `hmac-sha256:${(typeof value === 'string' ? value : value.reveal()).slice(-1)}`,
          }
        : {}),
      scope: { targets: [], excludes: [] },
      diagnostics: [],
    };
  });
