import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/model/index.js';
import { startHelios, type HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { makeTurns, openGate } from './gate.js';
import { openSite, type File, type Site } from './site.js';
import { grantText, livingSecrets, watch } from './watch.js';

/*
 * Two runs at once, with the keys of two people, on one secret each may own. Every request of both waits at a gate, and
 * one order after the other is played: each point where one run can be interrupted by the other, and orders at random.
 */

/** Orders at random for each scene. */
const RUNS = Number(process.env['RUNS'] ?? 4);

const ANA = 'user:ana@example.com';
const BEN = 'user:ben@example.com';
const PLATFORM = 'team:Platform';
const INTERNS = 'team:Interns';

/** How an order went. */
interface Played {
  readonly sandbox: HeliosSandbox;
  readonly sites: readonly [Site, Site];
  /** How many requests each of the two made, in order. */
  readonly taken: readonly (0 | 1)[];
  readonly statuses: readonly string[];
}

/** One secret each, and what both files say about it. */
interface Scene {
  readonly files: readonly [File, File];
  /** Whether both keep one state, without its lock. */
  readonly sharedState?: boolean;
  /** Whether the secret is there before, shared with these as Owner. */
  readonly owners?: readonly string[];
}

const file = (one: Partial<File['secrets'][string]>, value: string): File => ({
  secrets: { S: { value, adopt: true, ...one } },
  shares: [],
});

/** Plays one order of requests, checks the rules, and hands what became of it to `then`. */
async function play(
  scene: Scene,
  next: (turn: number) => 0 | 1,
  then: (played: Played) => Promise<void> = () => Promise.resolve(),
): Promise<readonly (0 | 1)[]> {
  const sandbox = await startHelios();
  const turns = makeTurns(next);
  const gates = await Promise.all(
    ([0, 1] as const).map((who) => openGate(sandbox.url, () => turns.pass(who))),
  );
  const by = 'ci-bot@example.com';
  sandbox.control.edit({ kind: 'create-secret', name: 'OTHER', value: 'x', by });
  for (const principal of scene.owners ?? []) {
    if (livingSecrets(sandbox.world).length === 1)
      sandbox.control.edit({ kind: 'create-secret', name: 'S', value: 'first', by });
    const [kind, name = ''] = principal.split(':');
    sandbox.control.edit({
      kind: 'grant',
      secret: 'S',
      role: 'Owner',
      by,
      ...(kind === 'user' ? { user: name } : { team: name }),
    });
  }
  const ana = await openSite({ sandbox, key: 'ana', url: gates[0]?.url ?? '' });
  const shared = scene.sharedState === true ? { folder: ana.folder } : {};
  const ben = await openSite({ sandbox, key: 'ben', url: gates[1]?.url ?? '', ...shared });
  const sites = [ana, ben] as const;
  try {
    await ben.write(scene.files[1]);
    await ana.write(scene.files[0]);
    const other = JSON.stringify(sandbox.world.secrets.get(livingSecrets(sandbox.world)[0]?.secretID ?? ''));
    const looked = watch(sandbox);
    const statuses = await Promise.all(
      sites.map(async (site, who) => {
        try {
          const result = await site.apply({ parallelism: 1, lock: scene.sharedState !== true });
          for (const outcome of result.outcomes ?? []) {
            if (outcome.status === 'failed') expect(outcome.message).toMatch(/\w{3}/);
          }
          return result.status;
        } catch (error) {
          // Whoever comes too late with a shared state is told so.
          if (!(error instanceof DiagnosticError)) throw error;
          expect(scene.sharedState).toBe(true);
          return 'error';
        } finally {
          turns.end(who === 0 ? 0 : 1);
        }
      }),
    );
    looked.end();
    expect(looked.violations).toEqual([]);
    expect(
      livingSecrets(sandbox.world)
        .map((one) => one.name)
        .sort(),
    ).toEqual(['OTHER', 'S']);
    const after = livingSecrets(sandbox.world).find((one) => one.name === 'OTHER');
    expect(JSON.stringify(after)).toBe(other);
    await then({ sandbox, sites, taken: turns.taken, statuses });
    return turns.taken;
  } finally {
    await Promise.all([...gates.map((gate) => gate.close()), ana.close(), ben.close(), sandbox.close()]);
  }
}

/** Until here a run has only learnt who it is and who there is. */
const FIRST = 4;

/** Every order in which one run is interrupted once by the whole of the other. */
async function playAll(scene: Scene, then?: (played: Played) => Promise<void>): Promise<number> {
  let played = 0;
  for (const first of [0, 1] as const) {
    for (let at = FIRST; ; at += 1) {
      const taken = await play(
        scene,
        (turn) => (turn === at ? first : turn < at ? first : first === 0 ? 1 : 0),
        then,
      );
      played += 1;
      if (taken.slice(0, at + 1).some((who) => who !== first)) break;
    }
  }
  return played;
}

const scenes: readonly (Scene & { readonly title: string })[] = [
  {
    title: 'both make it',
    files: [file({ owners: [ANA, BEN] }, 'one'), file({ owners: [ANA, BEN] }, 'two')],
  },
  {
    title: 'both make it, and neither file speaks of shares',
    files: [file({}, 'one'), file({}, 'two')],
  },
  {
    title: 'both change it, each for itself alone',
    owners: [ANA, BEN],
    files: [file({ owners: [] }, 'one'), file({ owners: [] }, 'two')],
  },
  {
    title: 'both hand it to a team that one of them is in',
    owners: [ANA, BEN],
    files: [
      file({ owners: [PLATFORM], self: 'drop' }, 'one'),
      file({ owners: [PLATFORM], self: 'drop' }, 'two'),
    ],
  },
  {
    title: 'one hands it to a team, the other takes the team away and acts through it',
    owners: [ANA, BEN, PLATFORM],
    files: [file({ owners: [PLATFORM], self: 'drop' }, 'first'), file({ owners: [BEN] }, 'first')],
  },
  {
    title: 'one hands it to the other, who hands it to a third',
    owners: [ANA, BEN],
    files: [file({ owners: [BEN], self: 'drop' }, 'one'), file({ owners: [INTERNS], self: 'drop' }, 'one')],
  },
  {
    title: 'both hand it over, to different people',
    owners: [ANA, BEN, PLATFORM, INTERNS],
    files: [
      file({ owners: [PLATFORM], self: 'drop' }, 'first'),
      file({ owners: [INTERNS, 'user:chloe@example.com'], self: 'drop' }, 'first'),
    ],
  },
];

describe.each(scenes)('$title', (scene) => {
  it('an Owner remains wherever one run interrupts the other', async () => {
    expect(await playAll(scene)).toBeGreaterThan(4);
  });

  it('an Owner remains in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.boolean()), async (order) => {
        await play(scene, () => (order.next().value === true ? 1 : 0));
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

describe('two runs of one file', () => {
  const wanted = { owners: [ANA, BEN, PLATFORM], readers: [INTERNS] };
  it.each([
    { title: 'with a state each', sharedState: false },
    { title: 'with one state and no lock', sharedState: true },
  ])('$title: one more run ends as the file says', async ({ sharedState }) => {
    const same = file(wanted, 'v');
    const ends = new Set<string>();
    await playAll({ files: [same, same], sharedState }, async ({ sandbox, sites, statuses }) => {
      ends.add(statuses.join());
      const again = await sites[0].apply();
      expect(again.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
      expect(again.status).toBe('ok');
      expect((await sites[0].plan()).plan?.changes).toEqual([]);
      const secret = livingSecrets(sandbox.world).find((one) => one.name === 'S');
      expect(secret?.value).toBe('v');
      expect(secret?.grants.map((grant) => grantText(sandbox.world, grant)).sort()).toEqual([
        'Owner team:Platform',
        'Owner user:ana@example.com',
        'Owner user:ben@example.com',
        'Reader team:Interns',
      ]);
    });
    // With one state whoever comes later is told that it was written meanwhile.
    expect(ends.has('ok,ok')).toBe(!sharedState);
  });
});
