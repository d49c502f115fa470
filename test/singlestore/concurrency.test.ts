import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHelios, type HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { accessOf, living, Stack, type Wanted } from './harness.js';

describe('the world moves between plan and apply', () => {
  let sandbox: HeliosSandbox;
  let stack: Stack;
  beforeEach(async () => {
    sandbox = await startHelios();
    stack = new Stack(sandbox);
    await stack.apply({
      A: { value: '1', owners: ['self', 'user:ben@example.com'], readers: ['team:Interns'] },
    });
  });
  afterEach(() => sandbox.close());

  const apply = async (wanted: Record<string, Wanted>, meanwhile: () => void) => {
    const { session, items } = await stack.plan(wanted);
    meanwhile();
    sandbox.control.clearRequests();
    const outcomes = await stack.carryOut(session, items);
    return { outcomes, writes: sandbox.control.requests().filter((one) => one.method !== 'GET').length };
  };
  const by = 'ben@example.com';

  it('stops where somebody else wrote the value, and says who and when', async () => {
    const { outcomes, writes } = await apply(
      { A: { value: '2', owners: ['self', 'user:ben@example.com'], readers: ['team:Platform'] } },
      () => sandbox.control.edit({ kind: 'set-value', secret: 'A', value: 'theirs', by }),
    );
    expect(writes).toBe(0);
    expect(sandbox.control.valueOf('A')).toBe('theirs');
    const failed = outcomes.filter((outcome) => outcome.status === 'failed');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.message).toMatch(/^A was changed by ben@example\.com at \d{4}-/);
    expect(outcomes.filter((outcome) => outcome.status === 'skipped')).toHaveLength(2);
  });

  it('does not touch a secret that was deleted and made anew', async () => {
    const { outcomes, writes } = await apply({}, () =>
      sandbox.control.edit({ kind: 'recreate-secret', secret: 'A', value: 'theirs', by }),
    );
    // Ours is gone, as it should be; the one in its place is not ours.
    expect(outcomes.map((outcome) => outcome.status)).toContain('done');
    expect(writes).toBe(0);
    expect(sandbox.control.valueOf('A')).toBe('theirs');
  });

  it('stops where an access differs from what the plan saw', async () => {
    const { outcomes, writes } = await apply(
      { A: { value: '1', owners: ['self', 'user:ben@example.com'] } },
      () => sandbox.control.edit({ kind: 'grant', secret: 'A', role: 'Owner', team: 'Interns', by }),
    );
    expect(writes).toBe(0);
    expect(outcomes).toMatchObject([{ status: 'failed' }]);
    expect(JSON.stringify(outcomes)).toMatch(
      /Interns has Owner, Reader access to A now, given by ben@example.com at/,
    );
  });

  it('refuses to take the last Owner who can act when the others left meanwhile', async () => {
    await stack.apply({ A: { value: '1', owners: ['self', 'team:Data Engineering'] } });
    const { outcomes, writes } = await apply(
      { A: { value: '1', owners: ['team:Data Engineering'], self: 'drop' } },
      () => {
        sandbox.control.edit({ kind: 'remove-member', of: 'Data Engineering', user: 'ben@example.com' });
        sandbox.control.edit({ kind: 'remove-member', of: 'Interns', user: 'chloe@example.com' });
      },
    );
    expect(writes).toBe(0);
    expect(outcomes).toMatchObject([{ status: 'failed' }]);
    expect(living(sandbox)).toEqual(['A']);
  });

  it('says whether a taken name can be seen', async () => {
    const { outcomes } = await apply({ ...keep, SEEN: { value: '1' }, UNSEEN: { value: '1' } }, () => {
      sandbox.control.edit({ kind: 'create-secret', name: 'UNSEEN', value: 'x', by });
      sandbox.control.edit({ kind: 'create-secret', name: 'SEEN', value: 'x', by });
      sandbox.control.edit({ kind: 'grant', secret: 'SEEN', role: 'Reader', user: 'ana@example.com', by });
    });
    const said = (name: string) => {
      const one = outcomes.find((outcome) => outcome.address === `secret.helios.${name}`);
      return one?.status === 'failed' ? one.message : one?.status;
    };
    expect(said('SEEN')).toMatch(/already exists: created by ben@example.com at/);
    expect(said('UNSEEN')).toMatch(/taken by a secret that this API key cannot see/);
  });

  it.each([
    ['theirs', 'failed', 'T already exists: created by ana@example.com'],
    ['mine', 'done', ''],
  ])(
    'takes a secret of its own user for its own only with its own value: %s',
    async (value, status, message) => {
      const { session, items } = await stack.plan({ T: { value: 'mine' } });
      sandbox.control.edit({ kind: 'create-secret', name: 'T', value, by: 'ana@example.com' });
      const outcomes = await stack.carryOut(session, items);
      const outcome = outcomes.find(({ address }) => address === 'secret.helios.T');
      expect(outcome).toMatchObject({
        status,
        ...(message === '' ? {} : { message: expect.stringContaining(message) as string }),
      });
    },
  );

  it('begins nothing new once the user stops the run', async () => {
    const stop = new AbortController();
    const stopping = new Stack(sandbox, { signal: stop.signal, parallelism: 1 });
    const { session, items } = await stopping.plan({
      X: { value: '1' },
      Y: { value: '1' },
      Z: { value: '1' },
    });
    const statuses: string[] = [];
    await session.apply(
      items,
      (outcome) => {
        statuses.push(outcome.status);
        stop.abort();
      },
      () => Promise.resolve(true),
    );
    expect(statuses).toEqual(['done', 'skipped', 'skipped']);
    expect(living(sandbox)).toHaveLength(2);
    expect(accessOf(sandbox, 'A')).toHaveLength(3);
  });

  it('never lets two appliers with different keys leave a secret without an Owner', async () => {
    const ownerless: string[] = [];
    sandbox.control.observe(() => {
      if (!accessOf(sandbox, 'A').some((one) => one.startsWith('Owner'))) ownerless.push('A');
    });
    for (let round = 0; round < 15; round += 1) {
      const ana = new Stack(sandbox, { key: 'ana' });
      const ben = new Stack(sandbox, { key: 'ben' });
      const outcomes = await Promise.all([
        ana.apply({ A: { value: `a${round}`, owners: ['self'], adopt: true } }),
        ben.apply({ A: { value: `b${round}`, owners: ['self'], adopt: true } }),
      ]);
      expect(
        outcomes.flatMap((outcome) => outcome.outcomes).some((outcome) => outcome.status === 'done'),
      ).toBe(true);
      const left = accessOf(sandbox, 'A').filter((one) => one.startsWith('Owner'));
      expect(left).toHaveLength(1);
      const winner = left[0]?.endsWith('ana@example.com') === true ? 'ana' : 'ben';
      sandbox.control.edit({
        kind: 'grant',
        secret: 'A',
        role: 'Owner',
        user: winner === 'ana' ? by : 'ana@example.com',
        by,
      });
    }
    expect(ownerless).toEqual([]);
    expect(living(sandbox)).toEqual(['A']);
  });

  const keep = {
    A: { value: '1', owners: ['self', 'user:ben@example.com'], readers: ['team:Interns'] },
  };
});
