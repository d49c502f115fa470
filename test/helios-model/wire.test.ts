import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHelios, type HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { openGate } from './gate.js';
import { openSite, type File, type Site } from './site.js';
import { grantText, livingSecrets } from './watch.js';

const file = (count: number): File => ({
  secrets: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `S${index}`,
      { value: `hunter-${index}`, owners: ['user:ben@example.com'], readers: ['team:Interns'] },
    ]),
  ),
  shares: [],
});
/** What each secret of such a file looks like in the end. */
const SHARED = ['Owner user:ben@example.com', 'Owner user:ci-bot@example.com', 'Reader team:Interns'];

describe('a whole apply', () => {
  let sandbox: HeliosSandbox;
  let site: Site;
  beforeEach(async () => {
    sandbox = await startHelios();
    site = await openSite({ sandbox, key: 'ci-bot' });
  });
  afterEach(async () => {
    await Promise.all([site.close(), sandbox.close()]);
  });
  const grants = (): string[][] =>
    livingSecrets(sandbox.world).map((one) =>
      one.grants.map((grant) => grantText(sandbox.world, grant)).sort(),
    );

  it.each([
    { form: 'seconds', header: () => '1', least: 1000 },
    // A date has whole seconds: of two of them at least one is left.
    { form: 'a date', header: () => new Date(Date.now() + 2_000).toUTCString(), least: 500 },
  ])('waits as long as Retry-After says, as $form, and goes on', async ({ header, least }) => {
    await site.write(file(2));
    sandbox.control.addFault({
      kind: 'status',
      status: 429,
      retryAfter: header(),
      method: 'POST',
      nth: 1,
    });
    const begun = performance.now();
    const result = await site.apply({ parallelism: 1 });
    expect(result.status).toBe('ok');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(least);
    expect(grants()).toEqual([SHARED, SHARED]);
    const posts = sandbox.control.requests().filter((one) => one.method === 'POST');
    expect(posts.map((post) => post.status)).toEqual([429, 200, 200]);
  });

  it.each(Array.from({ length: 9 }, (_, index) => index + 1))(
    'stopped by the user at write %i: what has begun is finished, the rest is for the next run',
    async (nth) => {
      await site.write(file(6));
      const stop = new AbortController();
      let writes = 0;
      let after = 0;
      const end = sandbox.control.observe(({ method }) => {
        if (stop.signal.aborted && method === 'POST') after += 1;
        if (method !== 'GET') writes += 1;
        if (writes === nth) stop.abort();
      });
      const { outcomes = [], status } = await site.apply({ parallelism: 2, signal: stop.signal });
      end();
      // A request that was on its way already is answered; none is begun.
      expect(after).toBeLessThanOrEqual(1);
      expect(outcomes.filter((outcome) => outcome.status === 'failed')).toEqual([]);
      // Where the last secret had begun already, there is no rest.
      expect(status).toBe(livingSecrets(sandbox.world).length === 6 ? 'ok' : 'error');
      if (nth <= 3) expect(status).toBe('error');
      expect(outcomes).toHaveLength(18);
      // No secret is left half shared, and the state knows each.
      expect(grants()).toEqual(livingSecrets(sandbox.world).map(() => SHARED));
      const known = (await site.state())?.records.filter((record) => record.address.startsWith('secret.'));
      expect(known?.map((record) => record.id).sort()).toEqual(
        livingSecrets(sandbox.world)
          .map((one) => one.secretID)
          .sort(),
      );
      expect((await site.apply()).status).toBe('ok');
      expect(livingSecrets(sandbox.world)).toHaveLength(6);
      expect((await site.plan()).plan?.changes).toEqual([]);
    },
  );

  it('slows down where the API says that it is too much, and gets back to speed', async () => {
    // Requests are let through together, once nobody new comes: as many as run at once.
    const rounds: number[] = [];
    let held: (() => void)[] = [];
    let quiet: NodeJS.Timeout | undefined;
    const gate = await openGate(sandbox.url, async () => {
      await new Promise<void>((resolve) => {
        held.push(resolve);
        clearTimeout(quiet);
        quiet = setTimeout(() => {
          rounds.push(held.length);
          for (const go of held) go();
          held = [];
        }, 40);
      });
      return undefined;
    });
    const through = await openSite({ sandbox, key: 'ci-bot', url: gate.url });
    try {
      await through.write(file(80));
      sandbox.control.addFault({ kind: 'status', status: 429, method: 'POST', nth: 21, times: 4 });
      const result = await through.apply({ parallelism: 12 });
      expect(result.status).toBe('ok');
      expect(Math.max(...rounds)).toBe(12);
      const fullest = rounds.indexOf(12);
      const slowest = Math.min(...rounds.slice(fullest, -2));
      expect(slowest).toBeLessThanOrEqual(6);
      expect(Math.max(...rounds.slice(rounds.indexOf(slowest, fullest)))).toBeGreaterThanOrEqual(10);
      expect(grants()).toHaveLength(80);
    } finally {
      await Promise.all([gate.close(), through.close()]);
    }
  });
});
