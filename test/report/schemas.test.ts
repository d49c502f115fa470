import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePlanFile } from '../../src/plan/plan-file.js';
import { plain } from '../../src/model/index.js';
import { failedDocument } from '../../src/report/index.js';
import type { ApplyEvent, DocumentStatus, ReportDocument, StateEdit } from '../../src/report/index.js';
import { json } from '../../src/report/json/index.js';
import { decodeState, encodeState } from '../../src/state/index.js';
import * as any from './arbitraries.js';
import * as full from './samples.js';
import {
  applyEventLine,
  driftDocument,
  planDocument,
  rendered,
  stateDocument,
  validateDocument,
} from './rendered.js';
import { SCHEMAS, makeAjv, problemsOf, validatorOf } from './schemas.js';
import type { SchemaNode } from './schemas.js';

const ajv = makeAjv();
const status: fc.Arbitrary<DocumentStatus> = fc.constantFrom('ok', 'error', 'unreachable');
const diagnostics = fc.array(any.diagnostic, { maxLength: 3 });

/** Checks one line of output: it is one line, it is JSON, and it is as its schema says. */
function problemsOfLine(schema: string, text: string): readonly string[] {
  expect(text.indexOf('\n')).toBe(text.length - 1);
  return problemsOf(validatorOf(schema, ajv), JSON.parse(text));
}

describe('what --json prints is as its schema says', () => {
  it('plan', () => {
    fc.assert(
      fc.property(status, diagnostics, fc.option(any.plan, { nil: undefined }), (...given) => {
        expect(problemsOfLine('plan', planDocument(...given))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('drift', () => {
    fc.assert(
      fc.property(status, diagnostics, fc.option(any.plan, { nil: undefined }), (...given) => {
        expect(problemsOfLine('drift', driftDocument(...given))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('validate', () => {
    const sums = fc.record({ files: fc.nat(), resources: fc.nat() });
    fc.assert(
      fc.property(status, diagnostics, sums, (...given) => {
        expect(problemsOfLine('validate', validateDocument(...given))).toEqual([]);
      }),
    );
  });

  it('the commands that work on the state', () => {
    const changes: readonly StateEdit[] = [
      { action: 'moved', from: 'secret.helios.A', to: 'secret.helios.B' },
      { action: 'removed', address: 'secret.helios.A' },
      { action: 'imported', address: 'secret.helios.A', id: 'i' },
      { action: 'unlocked', holder: full.holder },
      { action: 'rebound', provider: 'helios', from: 'A', to: 'B' },
      { action: 'rekeyed', kept: 2, dropped: ['user_mapping.warehouse.lake/analyst#options.secret'] },
      { action: 'pushed', serial: 3, records: 0 },
    ];
    expect(problemsOfLine('state-document', stateDocument('ok', [], { changes }))).toEqual([]);
    expect(problemsOfLine('state-document', stateDocument('error', []))).toEqual([]);
    fc.assert(
      fc.property(status, diagnostics, any.state, (how, said, { serial, lineage, records }) => {
        const text = stateDocument(how, said, { serial, lineage, records });
        expect(problemsOfLine('state-document', text)).toEqual([]);
      }),
    );
  });

  it('pull, graph, init, and errors', () => {
    const head = { status: 'ok', diagnostics: [full.diagnostic] } as const;
    const documents: readonly ReportDocument[] = [
      {
        kind: 'pull',
        ...head,
        yaml: '',
        resources: [
          {
            address: 'secret.helios.A',
            id: 'i',
            version: 'v',
            fields: { role: plain('Owner'), value: { kind: 'hidden', reason: 'not read' } },
          },
        ],
      },
      { kind: 'graph', ...head, nodes: ['secret.helios.A'], edges: [{ from: 'a', to: 'b' }] },
      { kind: 'init', ...head, file: 'secrets.yaml' },
      { kind: 'error', ...head },
      failedDocument('pull', [full.diagnostic]),
      failedDocument('graph', [full.diagnostic]),
    ];
    for (const document of documents) {
      expect(problemsOfLine(document.kind, rendered(json, document))).toEqual([]);
    }
  });

  it('a saved plan', () => {
    fc.assert(
      fc.property(any.plan, fc.boolean(), (plan, isSealed) => {
        const scope = { targets: ['a'], excludes: [], maxDeletes: { percent: 50 } };
        const saved = { id: 'i', toolVersion: '1.0.0', files: [], scope, plan };
        const text = encodePlanFile(saved, isSealed ? () => 'hmac-sha256:x' : undefined);
        expect(problemsOfLine('plan-file', text)).toEqual([]);
      }),
    );
  });

  it('every event of apply', () => {
    const event: fc.Arbitrary<ApplyEvent> = fc.oneof(
      fc.record({ event: fc.constant('plan' as const), plan: any.plan }),
      fc.record({
        event: fc.constant('outcome' as const),
        action: fc.constantFrom(...full.ACTIONS),
        outcome: any.outcome,
      }),
      fc.record(
        { event: fc.constant('end' as const), status, diagnostics, summary: any.applySums },
        { requiredKeys: ['event', 'status', 'diagnostics'] },
      ) as fc.Arbitrary<ApplyEvent>,
    );
    fc.assert(
      fc.property(event, (given) => {
        expect(problemsOfLine('apply-event', applyEventLine(given))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('the state, as it is written and as it is read again', () => {
    const check = validatorOf('state', ajv);
    fc.assert(
      fc.property(any.state, (given) => {
        const text = encodeState(given);
        expect(problemsOf(check, JSON.parse(text))).toEqual([]);
        expect(problemsOf(check, decodeState(text, 'here', given.stack))).toEqual([]);
      }),
    );
    expect(problemsOf(check, JSON.parse(encodeState(full.state)))).toEqual([]);
  });
});

describe('the schemas know every field, and no other', () => {
  const events: readonly ApplyEvent[] = [
    { event: 'plan', plan: full.plan },
    ...full.outcomes.map((outcome) => ({ event: 'outcome', action: 'create', outcome }) as const),
    { event: 'end', status: 'ok', diagnostics: [full.diagnostic], summary: full.applySums },
  ];
  const sums = { files: 1, resources: 2 };
  const documents: Readonly<Record<string, readonly unknown[]>> = {
    plan: [JSON.parse(planDocument('ok', [full.diagnostic], full.plan))],
    drift: [JSON.parse(driftDocument('ok', [full.diagnostic], full.plan))],
    validate: [JSON.parse(validateDocument('ok', [full.diagnostic], sums))],
    'apply-event': events.map((event) => JSON.parse(applyEventLine(event)) as unknown),
    state: [JSON.parse(encodeState(full.state))],
  };

  it.each(Object.keys(documents))('%s: a document with everything in it is sound', (name) => {
    for (const one of documents[name] ?? []) expect(problemsOf(validatorOf(name, ajv), one)).toEqual([]);
  });

  it.each(Object.keys(documents))(
    '%s: every object that is no map refuses a field that it does not know',
    (name) => {
      const check = validatorOf(name, ajv);
      // Maps, and values as people wrote them, may hold any key.
      const isMap = /(systems|fingerprints|fields|before|after(\/\d+)?|map)$/;
      for (const one of documents[name] ?? []) {
        for (const [path, target] of objectsIn(one)) {
          if (isMap.test(path)) continue;
          target['surprise'] = 1;
          expect(check(one), `${path}/surprise`).toBe(false);
          delete target['surprise'];
        }
        expect(check(one)).toBe(true);
      }
    },
  );

  const parts: Readonly<Record<string, readonly object[]>> = {
    'common range': [full.range],
    'common relatedPlace': [full.related],
    'common diagnostic': [full.diagnostic],
    'common fieldChange': [full.fieldChange],
    'common precondition': full.preconditions,
    'common change': full.changes,
    'common driftEntry': full.drift,
    'common rotationNote': full.rotation,
    'common system': [full.system],
    'common unreachableSystem': [full.unreachable],
    'common unverifiedEntry': full.unverified,
    'common unmanagedEntry': [full.unmanaged],
    'common undecidedEntry': [full.undecided],
    'common planSummary': [full.summary],
    'common stateReference': [full.plan.state],
    'common outcome': full.outcomes,
    'common applySummary': [full.applySums],
    'state binding': [full.binding],
    'state record': [full.record],
  };

  it.each(Object.keys(parts))('%s names the fields of the type, none more and none less', (key) => {
    const [schema = '', part = ''] = key.split(' ');
    const node = SCHEMAS.get(schema)?.$defs?.[part];
    const named = new Set(objectsOf(node ?? {}).flatMap((one) => Object.keys(one.properties ?? {})));
    const used = new Set((parts[key] ?? []).flatMap((sample) => Object.keys(sample)));
    expect([...named].sort()).toEqual([...used].sort());
  });

  it('plan names the fields of a plan, whose diagnostics stand beside it', () => {
    const { diagnostics: beside, ...plan } = full.plan;
    const named = Object.keys(SCHEMAS.get('common')?.$defs?.['plan']?.properties ?? {});
    expect(named.sort()).toEqual(Object.keys(plan).sort());
    expect(beside).toHaveLength(1);
  });

  it('refuses a sensitive field that shows a value', () => {
    const check = validatorOf('common.schema.json#/$defs/fieldChange', ajv);
    expect(check({ path: 'value', action: 'change', sensitive: true })).toBe(true);
    expect(check({ path: 'value', action: 'change', sensitive: true, before: 'x' })).toBe(false);
    expect(check({ path: 'value', action: 'add', sensitive: true, after: 'x' })).toBe(false);
  });
});

describe('the schemas themselves', () => {
  it('are there, one for each document', () => {
    expect([...SCHEMAS.keys()].sort()).toEqual([
      'apply-event',
      'common',
      'drift',
      'error',
      'graph',
      'init',
      'plan',
      'plan-file',
      'pull',
      'sandbox',
      'state',
      'state-document',
      'validate',
    ]);
  });

  it.each([...SCHEMAS.keys()])('%s has an id, a title, and a description of everything', (name) => {
    const schema = SCHEMAS.get(name) ?? {};
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema['$id']).toBe(`${name}.schema.json`);
    expect(schema['title']).toEqual(expect.any(String));
    const lacking: string[] = [];
    for (const [path, node] of nodesOf(schema, name)) {
      for (const [key, property] of Object.entries(node.properties ?? {})) {
        if (typeof property === 'boolean' || /\/(if|then)$/.test(path)) continue;
        if (typeof property.description !== 'string') lacking.push(`${path}.${key}`);
      }
      for (const [key, part] of Object.entries(node.$defs ?? {})) {
        if (typeof part.description !== 'string' || part['title'] === undefined)
          lacking.push(`${path}#${key}`);
      }
      const isObject = node['type'] === 'object' && node.properties !== undefined;
      if (isObject && node['additionalProperties'] !== false) lacking.push(`${path} is open`);
    }
    expect(lacking).toEqual([]);
  });

  it.each([...SCHEMAS.keys()])('%s compiles strictly, and its examples are as it says', (name) => {
    const schema = SCHEMAS.get(name) ?? {};
    const check = validatorOf(name, ajv);
    for (const example of (schema['examples'] as readonly unknown[] | undefined) ?? []) {
      expect(problemsOf(check, example)).toEqual([]);
    }
    for (const [path, node] of nodesOf(schema, '#')) {
      if (path === '#' || node['examples'] === undefined) continue;
      const part = validatorOf(`${name}.schema.json${path}`, ajv);
      for (const example of node['examples'] as readonly unknown[]) {
        expect(problemsOf(part, example), path).toEqual([]);
      }
    }
  });

  it('have no part that nobody refers to', () => {
    const text = [...SCHEMAS.values()].map((one) => JSON.stringify(one)).join('');
    for (const [name, schema] of SCHEMAS) {
      for (const part of Object.keys(schema.$defs ?? {})) {
        expect(text, `${name}: ${part}`).toMatch(new RegExp(`"\\$ref":"[^"]*#/\\$defs/${part}"`));
      }
    }
  });
});

/** All objects in JSON data, with their paths. */
function objectsIn(data: unknown, path = ''): readonly (readonly [string, Record<string, unknown>])[] {
  if (typeof data !== 'object' || data === null) return [];
  const inner = Object.entries(data).flatMap(([key, item]) => objectsIn(item, `${path}/${key}`));
  return Array.isArray(data) ? inner : [[path, data as Record<string, unknown>], ...inner];
}

/** All schemas in a schema, with their places as JSON pointers. */
function nodesOf(node: SchemaNode, path: string): readonly (readonly [string, SchemaNode])[] {
  const inner = Object.entries(node).flatMap(([keyword, value]): (readonly [string, SchemaNode])[] => {
    if (typeof value !== 'object' || value === null || keyword === 'examples') return [];
    if (keyword === 'properties' || keyword === '$defs') {
      return Object.entries(value).flatMap(([key, item]) =>
        typeof item === 'object' ? nodesOf(item as SchemaNode, `${path}/${keyword}/${key}`) : [],
      );
    }
    if (keyword === 'oneOf') {
      return (value as readonly SchemaNode[]).flatMap((item, at) => nodesOf(item, `${path}/oneOf/${at}`));
    }
    const isSchema = ['items', 'additionalProperties', 'if', 'then'].includes(keyword);
    return isSchema ? [...nodesOf(value as SchemaNode, `${path}/${keyword}`)] : [];
  });
  return [[path, node], ...inner];
}

/** A schema, or the alternatives that it consists of. */
function objectsOf(node: SchemaNode): readonly SchemaNode[] {
  const alternatives = node['oneOf'] as readonly SchemaNode[] | undefined;
  return alternatives ?? [node];
}
