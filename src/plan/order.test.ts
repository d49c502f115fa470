import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errors, have, planOf, remember, s, steps, want } from '../../test/core/plan-input.js';
import { holds } from '../../test/core/seeded.js';
import type { Change, DesiredResource, StateRecord } from '../model/index.js';
import { orderChanges } from './order.js';
import { kinds } from '../../test/core/kinds.js';

const change = (address: string, action: 'create' | 'update' | 'delete' | 'forget' | 'replace'): Change => ({
  action,
  address,
  reason: '',
  fields: [],
  precondition: { kind: 'none' },
  after: [],
  fingerprints: {},
});
const secret = (index: number): string => `secret.helios.S${String(index).padStart(5, '0')}`;

/** Changes of which each depends on earlier ones: as wanted for what stays, as remembered for what goes. */
const graph = fc
  .array(
    fc.record({
      action: fc.constantFrom('create' as const, 'update' as const, 'delete' as const, 'forget' as const),
      wanted: fc.array(fc.nat(30), { maxLength: 3 }),
      recorded: fc.array(fc.nat(30), { maxLength: 3 }),
    }),
    { maxLength: 30 },
  )
  .map((nodes) =>
    nodes.map(({ action, wanted, recorded }, index) => {
      const earlier = (list: readonly number[]): string[] =>
        [...new Set(list.filter((one) => one < index))].map(secret);
      return { address: secret(index), action, wanted: earlier(wanted), recorded: earlier(recorded) };
    }),
  );

function ordered(
  nodes: readonly { address: string; action: Change['action']; wanted: string[]; recorded: string[] }[],
) {
  const changes = nodes.map((node) => change(node.address, node.action as 'create'));
  const desired = new Map(
    nodes.map((node): [string, DesiredResource] => [
      node.address,
      want(node.address, {}, { dependsOn: node.wanted }),
    ]),
  );
  const records = new Map(
    nodes.map((node): [string, StateRecord] => [
      node.address,
      remember(node.address, {}, { dependsOn: node.recorded }),
    ]),
  );
  return orderChanges(changes, desired, records, kinds);
}

describe('the order of changes', () => {
  it('has every change once, each after its `after`, and what goes after what depended on it', () => {
    holds(
      graph,
      (nodes) => {
        const result = ordered(nodes);
        const at = new Map(result.map((one, index) => [one.address, index]));
        expect([...at.keys()].sort()).toEqual(nodes.map((node) => node.address));
        for (const one of result) {
          for (const first of one.after) expect(at.get(first)).toBeLessThan(at.get(one.address)!);
        }
        const removed = new Set(
          nodes.filter((node) => /delete|forget/.test(node.action)).map((node) => node.address),
        );
        for (const node of nodes) {
          for (const needed of node.recorded)
            if (removed.has(needed)) expect(at.get(node.address)).toBeLessThan(at.get(needed)!);
          if (removed.has(node.address)) continue;
          for (const needed of node.wanted)
            if (!removed.has(needed)) expect(at.get(needed)).toBeLessThan(at.get(node.address)!);
        }
      },
      500,
    );
  });

  it('does not depend on the order in which they come', () => {
    holds(fc.tuple(graph, fc.infiniteStream(fc.nat())), ([nodes, random]) => {
      const shuffled = nodes
        .map((one) => ({ one, key: Number(random.next().value) }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }) => one);
      expect(ordered(shuffled)).toEqual(ordered(nodes));
    });
  });

  it('survives a chain of 20,000', () => {
    const nodes = Array.from({ length: 20_000 }, (_, index) => ({
      address: secret(99_999 - index),
      action: 'create' as const,
      wanted: index === 0 ? [] : [secret(100_000 - index)],
      recorded: [],
    }));
    expect(ordered(nodes).map((one) => one.address)).toEqual(nodes.map((node) => node.address));
  });

  it('survives 10,000 that all depend on one, and one that depends on 10,000', () => {
    const addresses = Array.from({ length: 10_000 }, (_, index) => secret(index + 1));
    const star = addresses.map((address) => ({
      address,
      action: 'create' as const,
      wanted: [secret(0)],
      recorded: [],
    }));
    const first = { address: secret(0), action: 'update' as const, wanted: [], recorded: [] };
    const last = { address: secret(20_000), action: 'create' as const, wanted: addresses, recorded: [] };
    const result = ordered([last, ...star, first]);
    expect([result[0]?.address, result.at(-1)?.address, result.length]).toEqual([
      secret(0),
      secret(20_000),
      10_002,
    ]);
  });

  it('says so where changes depend on each other in a cycle', () => {
    const circle = [
      { address: secret(1), action: 'create' as const, wanted: [secret(2)], recorded: [] },
      { address: secret(2), action: 'create' as const, wanted: [secret(1)], recorded: [] },
    ];
    expect(() => ordered(circle)).toThrow('in a cycle');
  });

  it('puts a credential before the mapping that uses it, and its end behind it', () => {
    const mapping = 'user_mapping.wh.lake/analyst';
    const server = 'duckdb_server.wh.lake';
    const [old, fresh] = ['secret.helios.OLD', 'secret.helios.NEW'];
    const v = { value: s('v') };
    const plan = planOf({
      desired: [
        want(server, { type: 's3' }),
        want(mapping, { 'options.k': s('n') }, { dependsOn: [server, fresh] }),
        want(fresh, v),
      ],
      actual: [have(server, { type: 's3' }), have(mapping, { 'options.k': s('v') }), have(old, v)],
      records: [
        remember(server, { type: 's3' }),
        remember(mapping, { 'options.k': s('v') }, { dependsOn: [server, old] }),
        remember(old, v),
      ],
    });
    expect(steps(plan)).toEqual([`create ${fresh}`, `update ${mapping}`, `delete ${old}`]);
    expect(plan.changes.map((one) => one.after)).toEqual([[], [fresh], [mapping]]);
    expect(errors(plan)).toEqual([]);
  });
});
