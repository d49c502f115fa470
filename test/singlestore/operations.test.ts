import { afterEach, describe, expect, it } from 'vitest';
import { startHelios, type HeliosOptions, type HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { accessOf, living, shortly, Stack } from './harness.js';

const variants: readonly HeliosOptions[] = [
  { apiShape: 'node' },
  { apiShape: 'go' },
  { apiShape: 'node', listWithoutValues: true, showDeleted: true },
  { apiShape: 'go', listWithoutValues: true },
];

const ANA = 'Owner user ana@example.com';

describe.each(variants)(
  'every operation, with $apiShape bodies, values in the list: not $listWithoutValues',
  (variant) => {
    let sandbox: HeliosSandbox;
    afterEach(() => sandbox.close());
    const start = async (): Promise<Stack> => {
      sandbox = await startHelios(variant);
      return new Stack(sandbox);
    };

    it('creates, shares, edits, promotes, demotes, revokes and deletes; each time nothing is left to do', async () => {
      const stack = await start();
      const steps = [
        {
          A: { value: 'one' },
          B: { value: 'x', owners: ['team:Platform'], readers: ['user:Ben@Example.com'] },
        },
        {
          A: { value: 'two' },
          B: { value: 'x', owners: ['team:Platform'], readers: ['user:ben@example.com'] },
        },
        {
          A: { value: 'two' },
          B: { value: 'y', owners: ['user:ben@example.com'], readers: ['team:Platform'] },
        },
        { A: { value: 'two' }, B: { value: 'z', owners: ['self'], readers: ['team:Machine Learning'] } },
        { B: { value: 'z', owners: ['user:ana@example.com'] } },
      ];
      const access = [
        [ANA, 'Owner team Platform', 'Reader user ben@example.com'],
        [ANA, 'Owner team Platform', 'Reader user ben@example.com'],
        [ANA, 'Owner user ben@example.com', 'Reader team Platform'],
        [ANA, 'Reader team Machine Learning'],
        [ANA],
      ];
      for (const [index, wanted] of steps.entries()) {
        const { outcomes } = await stack.apply(wanted);
        expect(outcomes.filter((outcome) => outcome.status !== 'done')).toEqual([]);
        expect(accessOf(sandbox, 'B')).toEqual(access[index]?.sort());
        expect(shortly((await stack.plan(wanted)).plan)).toEqual([]);
      }
      expect(living(sandbox)).toEqual(['B']);
      expect(sandbox.control.valueOf('B')).toBe('z');
    });

    it('hands a new secret over only once everything is kept', async () => {
      const stack = await start();
      const wanted = { A: { value: '1', owners: ['user:ben@example.com'], self: 'drop' as const } };
      const asked: string[][] = [];
      stack.checkpoint = () => {
        asked.push(accessOf(sandbox, 'A'));
        return Promise.resolve(false);
      };
      const { outcomes } = await stack.apply(wanted);
      expect(asked).toEqual([[ANA]]);
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['done', 'failed']);
      expect(accessOf(sandbox, 'A')).toEqual([ANA]);
      stack.checkpoint = () => Promise.resolve(true);
      const again = await stack.apply(wanted);
      expect(again.outcomes.filter((outcome) => outcome.status !== 'done')).toEqual([]);
      expect(accessOf(sandbox, 'A')).toEqual(['Owner user ben@example.com']);
    });

    it('costs one POST and at most one PATCH of access for a new secret', async () => {
      const stack = await start();
      const wanted = {
        PLAIN: { value: 'a' },
        SHARED: {
          value: 'b',
          owners: ['self', 'team:Platform'],
          readers: ['team:Interns', 'user:ben@example.com'],
        },
        OWN: { value: 'c', owners: ['self'] },
      };
      const { session, items } = await stack.plan(wanted);
      sandbox.control.clearRequests();
      await stack.carryOut(session, items);
      const writes = sandbox.control.requests().filter((one) => one.method !== 'GET');
      expect(
        writes.map((write) => `${write.method} ${write.path.replace(/[0-9a-f-]{36}/, '*')}`).sort(),
      ).toEqual([
        'PATCH /v1/secrets/*/accessControls',
        'POST /v1/secrets',
        'POST /v1/secrets',
        'POST /v1/secrets',
      ]);
      expect(shortly((await stack.plan(wanted)).plan)).toEqual([]);
    });

    it('hands its own Owner back where the file says so, last of all', async () => {
      const stack = await start();
      const wanted = {
        A: { value: '1', owners: ['team:Platform', 'user:ben@example.com'], self: 'drop' as const },
      };
      const { outcomes } = await stack.apply(wanted);
      expect(outcomes.every((outcome) => outcome.status === 'done')).toBe(true);
      expect(accessOf(sandbox, 'A')).toEqual(['Owner team Platform', 'Owner user ben@example.com']);
      expect(shortly((await stack.plan(wanted)).plan)).toEqual([]);
    });

    it('grants before it writes the value, and revokes after', async () => {
      const stack = await start();
      await stack.apply({ A: { value: '1', owners: ['user:ben@example.com', 'user:chloe@example.com'] } });
      sandbox.control.clearRequests();
      await stack.apply({
        A: { value: '2', owners: ['team:Platform'], readers: ['user:chloe@example.com'] },
      });
      const writes = sandbox.control.requests().filter((one) => one.method !== 'GET');
      expect(writes.map((write) => write.path.replace(/[0-9a-f-]{36}/, '*'))).toEqual([
        '/v1/secrets/*/accessControls',
        '/v1/secrets/*',
        '/v1/secrets/*/accessControls',
      ]);
      expect(accessOf(sandbox, 'A')).toEqual(['Owner team Platform', ANA, 'Reader user chloe@example.com']);
    });

    it('shows what is inherited and leaves it and custom roles alone', async () => {
      const stack = await start();
      await stack.apply({ A: { value: '1', owners: ['self'] } });
      const edit = sandbox.control.edit.bind(sandbox.control);
      edit({ kind: 'add-role', name: 'Auditor', permissions: ['View'] });
      edit({ kind: 'grant', secret: 'A', role: 'Auditor', user: 'ben@example.com', by: 'ana@example.com' });
      edit({ kind: 'add-inherited-grant', secret: 'A', role: 'Owner', user: 'chloe@example.com' });
      expect(shortly((await stack.plan({ A: { value: '1', owners: ['self'] } })).plan)).toEqual([]);
      const wanted = { A: { value: '1', owners: ['self'], readers: ['user:chloe@example.com'] } };
      await stack.apply(wanted);
      expect(accessOf(sandbox, 'A')).toContain('Reader user chloe@example.com');
      expect(shortly((await stack.plan(wanted)).plan)).toEqual([]);
      await stack.apply({ A: { value: '1', owners: ['self'] } });
      expect(accessOf(sandbox, 'A')).toEqual([
        'Auditor user ben@example.com',
        ANA,
        'Owner user chloe@example.com (inherited)',
      ]);
    });
  },
);
