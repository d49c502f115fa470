import { afterEach, describe, expect, it } from 'vitest';
import {
  startHelios,
  defaultSeed,
  type HeliosOptions,
  type HeliosSandbox,
  type WorldSeed,
} from '../../src/sandbox/helios/index.js';
import { configured, open, shortly, Stack, type Wanted } from './harness.js';

let sandbox: HeliosSandbox;
afterEach(() => sandbox.close());

const edit = (...args: Parameters<HeliosSandbox['control']['edit']>) => sandbox.control.edit(...args);
const countReads = async (task: () => Promise<unknown>): Promise<number> => {
  sandbox.control.clearRequests();
  await task();
  return sandbox.control.total();
};

/** The default organization, and as many secrets as asked for. */
function many(count: number): { seed: WorldSeed; wanted: Record<string, Wanted> } {
  const names = Array.from({ length: count }, (_, index) => `S${index}`);
  return {
    seed: {
      ...defaultSeed,
      secrets: names.map((name) => ({
        name,
        value: `value of ${name}`,
        createdBy: 'ana@example.com',
        grants: [{ role: 'Reader', team: 'Machine Learning' }],
      })),
    },
    wanted: Object.fromEntries(
      names.map((name) => [
        name,
        { value: `value of ${name}`, owners: ['self'], readers: ['team:Machine Learning'] },
      ]),
    ),
  };
}

/** The default organization has so many users and teams. */
const MEMBERS = defaultSeed.users.length + defaultSeed.teams.length;

/** A stack that owns all of these secrets already. */
async function owning(
  count: number,
  options: HeliosOptions = {},
): Promise<{ stack: Stack; wanted: Record<string, Wanted> }> {
  const { wanted } = many(count);
  sandbox = await startHelios(options);
  const stack = new Stack(sandbox);
  await stack.apply(wanted);
  return { stack, wanted };
}

describe('reading who has access', () => {
  it.each([1, MEMBERS, MEMBERS + 1, 60])(
    'costs at most 6 + min(N, U + T) requests for N = %i secrets',
    async (count) => {
      const { stack, wanted } = await owning(count);
      const total = await countReads(() => stack.plan(wanted));
      expect(total).toBeLessThanOrEqual(6 + Math.min(count, MEMBERS));
      const lists = sandbox.control.requests().filter((one) => one.path.endsWith('/accessControls'));
      expect(lists).toHaveLength(count <= MEMBERS ? count : 1);
    },
  );

  it('gives the same plan and drift by both ways', async () => {
    const plans = [];
    for (const count of [MEMBERS, MEMBERS + 1]) {
      const { stack, wanted } = await owning(count, { now: () => new Date('2026-01-02T03:04:05Z') });
      const by = 'ana@example.com';
      edit({ kind: 'grant', secret: 'S0', role: 'Owner', user: 'ben@example.com', by });
      edit({ kind: 'grant', secret: 'S1', role: 'Owner', team: 'Machine Learning', by });
      edit({ kind: 'revoke', secret: 'S2', role: 'Reader', team: 'Machine Learning', by });
      edit({ kind: 'add-inherited-grant', secret: 'S3', role: 'Owner', user: 'chloe@example.com' });
      edit({ kind: 'add-inherited-grant', secret: 'S4', role: 'Reader', team: 'Machine Learning' });
      edit({ kind: 'revoke', secret: 'S4', role: 'Reader', team: 'Machine Learning', by });
      const asked = { ...wanted, S5: { value: 'value of S5', owners: ['self', 'team:Platform'] } };
      sandbox.control.clearRequests();
      const { plan } = await stack.plan(asked);
      // One more for each secret that others were given, which is where somebody asks by whom and when.
      expect(sandbox.control.total()).toBeLessThanOrEqual(5 + MEMBERS + 2);
      const explained = plan.drift.filter(
        ({ kind, address }) => kind !== 'missing' && /S[01]\//.test(address),
      );
      expect(explained.map(({ kind }) => kind)).toEqual(['added', 'changed']);
      for (const { changedBy, changedAt } of explained)
        expect([changedBy, changedAt]).toEqual([by, expect.any(String)]);
      plans.push({
        changes: plan.changes.map(({ address, action, fields }) => ({ address, action, fields })),
        drift: plan.drift.map(({ address, kind, fields }) => ({ address, kind, fields })),
      });
      if (count === MEMBERS) await sandbox.close();
    }
    expect(plans[0]?.changes.length).toBeGreaterThanOrEqual(6);
    expect(plans[1]).toEqual(plans[0]);
  });

  it('reads access lists where the roles of others cannot be believed or seen', async () => {
    const { stack, wanted } = await owning(MEMBERS + 1);
    for (const fault of [
      { kind: 'status', status: 403, path: 'identityRoles' },
      { kind: 'garbage', body: '[]', path: 'identityRoles' },
    ] as const) {
      const id = sandbox.control.addFault(fault);
      expect(shortly((await stack.plan(wanted)).plan)).toEqual([]);
      sandbox.control.clearFaults(id);
    }
  });
});

describe('reading values', () => {
  it('fetches only what changed where the list has no values', async () => {
    const { stack, wanted } = await owning(5, { listWithoutValues: true });
    const fetched = () =>
      sandbox.control.requests().filter((one) => /^\/v1\/secrets\/[^/]+$/.test(one.path)).length;
    await countReads(() => stack.plan(wanted));
    expect(fetched()).toBe(0);
    edit({ kind: 'set-value', secret: 'S3', value: 'other', by: 'ana@example.com' });
    await countReads(async () => {
      expect(shortly((await stack.plan(wanted)).plan)).toEqual(['update S3']);
    });
    expect(fetched()).toBe(1);
    await countReads(async () => {
      const { plan } = await stack.plan({
        ...wanted,
        S3: { ...wanted['S3'], value: 'other' },
        S1: { value: 'new' },
      });
      expect(shortly(plan)).toContain('update S1');
    });
  });

  it('tells a value that may not be read from one that is empty', async () => {
    sandbox = await startHelios();
    edit({ kind: 'add-role', name: 'Auditor', permissions: ['View'] });
    edit({ kind: 'create-secret', name: 'A', value: '', by: 'ben@example.com' });
    edit({ kind: 'create-secret', name: 'B', value: 'x', by: 'ben@example.com' });
    edit({ kind: 'grant', secret: 'A', role: 'Reader', user: 'ana@example.com', by: 'ben@example.com' });
    edit({ kind: 'grant', secret: 'B', role: 'Auditor', user: 'ana@example.com', by: 'ben@example.com' });
    const session = await open(sandbox);
    const { desired, authoritative } = configured({ A: { value: '' }, B: { value: 'x' } });
    const { resources, system } = await session.read({ desired, authoritative, records: [] });
    expect(system).toMatchObject({ name: 'Example Analytics', principal: 'user:ana@example.com' });
    expect(resources).toMatchObject([
      {
        fields: { value: { kind: 'sensitive' } },
        createdBy: 'ben@example.com',
        changedBy: 'ben@example.com',
      },
      { fields: { value: { kind: 'hidden' } } },
    ]);
  });

  it('keeps no value of a secret that nobody named', async () => {
    sandbox = await startHelios({ seed: many(3).seed });
    const values: string[] = [];
    const session = await open(sandbox, { onValue: (text) => values.push(text) });
    const { desired } = configured({ S1: { value: 'wanted' } });
    await session.read({ desired, records: [], authoritative: [] });
    expect(values).toEqual(['value of S1']);
    await session.discover();
    expect(values).toEqual(['value of S1']);
  });

  it('finds everything that the key sees, for import', async () => {
    sandbox = await startHelios({ seed: many(2).seed });
    const found = await (await open(sandbox)).discover();
    expect(found.map((resource) => resource.address)).toEqual([
      'secret.helios.S0',
      'secret.helios.S1',
      'share.helios.S0/team:Machine Learning',
      'share.helios.S0/user:ana@example.com',
      'share.helios.S1/team:Machine Learning',
      'share.helios.S1/user:ana@example.com',
    ]);
    expect(await (await open(sandbox, { key: 'ben' })).discover()).toEqual([]);
  });
});
