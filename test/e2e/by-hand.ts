import { expect, it } from 'vitest';
import type { RealPostgres } from '../support/postgres/index.js';
import { engineOf } from '../support/engine.js';
import { openSite } from '../support/site.js';
import type { Site } from '../support/site.js';

/** Something that somebody does past the tool, and what the tool must say and do about it. */
export interface ByHand {
  readonly title: string;
  /** Does it. */
  readonly hand: (site: Site) => Promise<unknown>;
  /** What must be named. */
  readonly address: string;
  /** What `drift` says about it, on stdout. */
  readonly drift: RegExp;
  /** What `plan` says about it: its reason on stdout, or on stderr why it is refused. */
  readonly plan: RegExp;
  /** `healed`: as before after `apply`; `refused`: nothing is touched, by exit code 1; `left`: not ours, so it stays. */
  readonly end: 'healed' | 'refused' | 'left';
  /** Objects that are made anew have another id. */
  readonly remade?: boolean;
}

/** Makes one test of each. */
export function testsByHand(server: () => RealPostgres, cases: readonly ByHand[]): void {
  it.each(cases)('$title: seen, named, $end', async (one) => {
    const site = await openSite(server());
    const engine = engineOf(site);
    await engine.applied();
    await engine.settled();
    const original = await site.everything();
    await one.hand(site);
    const touched = await site.everything();
    expect(touched).not.toEqual(original);

    const drift = await site.run('drift');
    expect(drift.stdout).toContain(one.address);
    expect(drift.stdout).toMatch(one.drift);
    expect(drift.code).toBe(one.end === 'left' ? 0 : 2);
    // What is not ours did not drift: it counts where somebody asks for it.
    if (one.end === 'left') expect((await site.run('drift', '--fail-on', 'unmanaged')).code).toBe(2);

    const plan = await site.run('plan', '--detailed-exitcode');
    expect(plan.stdout + plan.stderr).toContain(one.address);
    expect(one.end === 'healed' ? plan.stdout : plan.stdout + plan.stderr).toMatch(one.plan);
    expect(plan.code).toBe({ healed: 2, refused: 1, left: 0 }[one.end]);
    expect(await site.everything()).toEqual(touched);

    const applied = await site.run('apply', '--auto-approve');
    expect(applied.code).toBe(one.end === 'refused' ? 1 : 0);
    if (one.end === 'healed') {
      expect(bare(await site.everything(), one.remade)).toEqual(bare(original, one.remade));
      await engine.settled();
    } else {
      expect(await site.everything()).toEqual(touched);
      expect((await engine.plan()).status).toBe(one.end === 'refused' ? 'error' : 'ok');
    }
  });
}

/** Without what changes by a write alone: the time of it, and, where an object is made anew, its id. */
function bare(everything: unknown, withoutIds = false): unknown {
  return JSON.parse(
    JSON.stringify(everything, (key, value: unknown) =>
      key === 'lastUpdatedAt' || (withoutIds && (key === 'id' || key === 'oid')) ? undefined : value,
    ),
  ) as unknown;
}
