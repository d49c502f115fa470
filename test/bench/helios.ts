/*
 * What a thousand secrets with shares cost against the emulated API: requests for each thing that is done, beside what they
 * may cost, and time as a ratio to reading one list of secrets as often. Prints; judges nothing, since a busy machine would.
 *
 * N sets how many secrets, USERS and TEAMS how large the organization is.
 */
import { DEFAULT_OPTIONS } from '../../src/engine/index.js';
import { defaultSeed, startHelios } from '../../src/sandbox/helios/index.js';
import { openSite, type File, type Site } from '../helios-model/site.js';

const N = Number(process.env['N'] ?? 1000);
/** What every run here is done with: the usual parallelism. */
const FULL = { parallelism: DEFAULT_OPTIONS.parallelism };

for (const [users, teams] of [
  [Number(process.env['USERS'] ?? 40), Number(process.env['TEAMS'] ?? 10)],
  [N, 10],
] as const) {
  await measure(users, teams);
}

/** Makes, reads and changes N secrets in an organization of this size, and prints a row for each. */
async function measure(users: number, teams: number): Promise<void> {
  const added = Array.from({ length: Math.max(0, users - defaultSeed.users.length) }, (_, index) => ({
    email: `user${index}@example.com`,
  }));
  const groups = Array.from({ length: Math.max(0, teams - defaultSeed.teams.length) }, (_, index) => ({
    name: `Team ${index}`,
  }));
  const sandbox = await startHelios({
    seed: {
      ...defaultSeed,
      users: [...defaultSeed.users, ...added],
      teams: [...defaultSeed.teams, ...groups],
    },
  });
  const site = await openSite({ sandbox, key: 'ci-bot' });
  const people = sandbox.world.users.size + sandbox.world.teams.size;
  const reading = 6 + Math.min(N, people);
  const base = await unit(sandbox.url, sandbox.keys.find((key) => key.name === 'ci-bot')?.token ?? '');
  console.log(
    `\n${N} secrets, ${sandbox.world.users.size} users, ${sandbox.world.teams.size} teams; ` +
      `reading may cost 6 + min(N, U + T) = ${reading} requests`,
  );
  const row = async (name: string, most: number, task: () => Promise<unknown>): Promise<void> => {
    sandbox.control.clearRequests();
    const begun = performance.now();
    await task();
    const time = (performance.now() - begun) / base;
    const counts = sandbox.control.counts();
    const writes = sandbox.control.requests().filter((one) => one.method !== 'GET').length;
    const total = sandbox.control.total();
    const lists = counts['GET /v1/secrets/{secretID}/accessControls'] ?? 0;
    console.log(
      `${name.padEnd(30)} ${String(total).padStart(6)} requests (at most ${String(most).padStart(6)})` +
        `, ${String(writes).padStart(5)} writes, ${String(lists).padStart(5)} access lists` +
        `, ${time.toFixed(0).padStart(6)} × one empty list`,
    );
  };
  const run = (value: string, readers: readonly string[]): Promise<unknown> => applied(site, value, readers);
  try {
    const [reader, other] = ['team:Machine Learning', 'team:Interns'] as const;
    // One POST and one PATCH of access for each.
    await row('create', reading + 2 * N, () => run('one', [reader]));
    await row('plan, nothing to do', reading, () => site.plan(FULL));
    // Before each change the access list is read again, and once for all who is in the organization.
    await row('change one share of each', reading + 2 + 2 * N, () => run('one', [other]));
    await row('plan, nothing to do', reading, () => site.plan(FULL));
    // Before each change the secret is read again.
    await row('change each value', reading + 2 * N, () => run('two', [other]));
    for (let index = 0; index < N; index += 10) {
      const secret = `S${index}`;
      sandbox.control.edit({
        kind: 'grant',
        secret,
        role: 'Reader',
        user: 'chloe@example.com',
        by: 'ana@example.com',
      });
    }
    await row('plan, every tenth shared', reading, () => site.plan(FULL));
  } finally {
    await Promise.all([site.close(), sandbox.close()]);
  }
}

async function applied(site: Site, value: string, readers: readonly string[]): Promise<void> {
  const secrets: File['secrets'] = Object.fromEntries(
    Array.from({ length: N }, (_, index) => [
      `S${index}`,
      { value: `${value}-${index}`, owners: ['team:Platform'], readers },
    ]),
  );
  await site.write({ secrets, shares: [] });
  const { status, diagnostics, outcomes } = await site.apply(FULL);
  if (status === 'ok') return;
  const failed = outcomes?.find((outcome) => outcome.status === 'failed');
  throw new Error(`the apply failed: ${JSON.stringify(failed ?? diagnostics)}`);
}

/** The time of one small request and its answer, in milliseconds: the median of many. */
async function unit(url: string, token: string): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < 200; index += 1) {
    const begun = performance.now();
    const answer = await fetch(`${url}/v1/secrets`, { headers: { authorization: `Bearer ${token}` } });
    await answer.arrayBuffer();
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[100] ?? 1;
}
