import { expect, it, onTestFinished } from 'vitest';
import { defaultSeed, startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosOptions, HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';

/*
 * What the Management API answers, or does not, in the ways that make people lose a secret: refused lists, odd objects, a name
 * that is taken by our own secret, an object that this key no longer sees.
 */

const HEAD = `version: 1
stack: test
providers:
  helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } }
`;
const BEN = 'ben@example.com';

interface Trial extends Project {
  readonly helios: HeliosSandbox;
  readonly secrets: (text: string) => Promise<void>;
  readonly alive: () => readonly string[];
}

async function trial(text: string, options: HeliosOptions = {}): Promise<Trial> {
  const helios = await startHelios(options);
  const token = helios.keys.find(({ name }) => name === 'ci-bot')?.token ?? '';
  const project = await makeProject(
    { 'secrets.yaml': `${HEAD}secrets:\n${text}` },
    {
      SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
      SINGLESTOREDB_MANAGEMENT_TOKEN: token,
      SECRETS_HTTP_BACKOFF_MS: '5',
      SECRETS_KEY: 'a key for tests that is long enough',
      A: 'value-of-a',
    },
  );
  onTestFinished(async () => {
    await project.remove();
    await helios.close();
  });
  return {
    ...project,
    helios,
    secrets: (changed) => project.write('secrets.yaml', `${HEAD}secrets:\n${changed}`),
    alive: () =>
      helios.control
        .dump()
        .secrets.filter(({ removal }) => removal === undefined)
        .map(({ name }) => name)
        .sort(),
  };
}

const APPLY = ['apply', '--auto-approve'];

it('keeps the record of a secret that it no longer sees and no longer names, and says so', async () => {
  const owned = '{ value: { env: A }, owners: [user:ana@example.com] }';
  const { helios, run, secrets, alive } = await trial(`  X: ${owned}\n  Y: ${owned}\n`);
  expect((await run(...APPLY)).code).toBe(0);
  const revoke = { secret: 'X', role: 'Owner', user: 'ci-bot@example.com', by: 'ana@example.com' };
  helios.control.edit({ kind: 'revoke', ...revoke });
  const drift = await run('drift');
  expect(drift.code).toBe(2);
  expect(drift.stdout).toContain('secret.helios.X is gone, or no longer visible to this identity');
  await secrets(`  Y: ${owned}\n`);
  const applied = await run(...APPLY);
  expect(applied.code).toBe(3);
  expect(applied.stdout + applied.stderr).toContain('it is gone, or not visible to this API key');
  expect(alive()).toEqual(['X', 'Y']);
  expect((await run('state', 'list')).stdout).toContain('secret.helios.X');
  // The way out, and it stays forgotten.
  await secrets(`  Y: ${owned}\nremoved: [secret.helios.X]\n`);
  expect((await run(...APPLY)).code).toBe(0);
  expect((await run('state', 'list')).stdout).not.toContain('secret.helios.X');
});

it('takes a secret for its own that a repeated request had created already', async () => {
  const { helios, run, alive } = await trial('  X: { value: { env: A }, owners: [user:ana@example.com] }\n');
  helios.control.addFault({ kind: 'status', status: 409, method: 'POST', effect: true, nth: 1 });
  expect((await run(...APPLY)).code).toBe(0);
  expect(alive()).toEqual(['X']);
  expect((await run('plan', '--detailed-exitcode')).code).toBe(0);
});

it('refuses `self: drop` where nobody would be left', async () => {
  const { run, alive } = await trial('  X: { value: { env: A }, self: drop }\n');
  for (const command of [['validate'], APPLY]) {
    const { code, stderr } = await run(...command);
    expect(code).toBe(1);
    expect(stderr).toContain('`self: drop` needs `owners`');
  }
  expect(alive()).toEqual([]);
});

it('needs no users and teams where no share is managed, and names what it lacks where one is', async () => {
  const { helios, run, secrets } = await trial('  X: { value: { env: A } }\n');
  const body = '{"error":"missing permission View Users"}';
  helios.control.addFault({ kind: 'status', status: 403, path: '^/v1/(users|teams)$', body });
  expect((await run(...APPLY)).code).toBe(0);
  expect((await run('plan', '--detailed-exitcode')).code).toBe(0);
  await secrets('  X: { value: { env: A }, readers: [team:Platform] }\n');
  const plan = await run('plan');
  expect(plan.code).toBe(1);
  expect(plan.stderr).toContain('refused GET /v1/users (status 403): missing permission View Users');
});

const USER = { firstName: 'N', lastName: 'N', userKind: 'Standard' };
const SECRET = { secretID: '7d3f0a52-0000-4000-8000-000000000001', name: 'FOREIGN' };

it.each([
  [
    'users',
    'a user without an e-mail address',
    [{ userID: '7d3f0a52-0000-4000-8000-000000000002', ...USER }],
  ],
  ['users', 'a user without an id', [{ email: 'x@example.com' }, null, 7]],
  ['users', 'null for users', null],
  ['teams', 'null for teams', null],
  [
    'teams',
    'a team with null members',
    [{ teamID: '7d3f0a52-0000-4000-8000-000000000003', name: 'T', memberUsers: null }],
  ],
  ['secrets', 'a foreign secret that lacks everything', { secrets: [SECRET, {}, null] }],
  ['secrets', 'null for secrets', { secrets: null }],
])('plans in spite of an odd object in %s: %s', async (path, _title, body) => {
  const { helios, run } = await trial('  X: { value: { env: A } }\n');
  helios.control.addFault({
    kind: 'garbage',
    path: `^/v1/${path}$`,
    method: 'GET',
    body: JSON.stringify(body),
  });
  const plan = await run('plan');
  expect(plan.stderr).not.toContain('Error');
  expect(plan.code).toBe(0);
  expect(plan.stdout).toContain('secret.helios.X will be created');
});

it('names the secret that it needs and cannot read', async () => {
  const { helios, run } = await trial('  X: { value: { env: A } }\n');
  await run(...APPLY);
  const secrets = [SECRET, { ...SECRET, name: 'X', value: 'v', lastUpdatedBy: null, lastUpdatedAt: null }];
  helios.control.addFault({ kind: 'garbage', path: '^/v1/secrets$', body: JSON.stringify({ secrets }) });
  const plan = await run('plan');
  expect(plan.code).toBe(1);
  expect(plan.stderr).toContain('secrets[1] (X).lastUpdatedBy');
});

it('warns of a grant whose holder the API does not name', async () => {
  const { helios, run } = await trial('  X: { value: { env: A }, readers: [team:Platform] }\n');
  await run(...APPLY);
  const grants = [
    { role: 'Owner', description: '', grants: [{ identity: null, createdAt: '2026-01-01T00:00:00Z' }] },
  ];
  helios.control.addFault({
    kind: 'garbage',
    path: 'accessControls$',
    method: 'GET',
    body: JSON.stringify(grants),
  });
  const plan = await run('plan');
  expect(plan.stdout + plan.stderr).toContain('the API does not say who holds a grant on it (Owner)');
});

it('waits no day because a server asks for it', async () => {
  const { helios, run } = await trial('  X: { value: { env: A } }\n');
  helios.control.addFault({ kind: 'status', status: 429, path: '^/v1/secrets$', retryAfter: 86_400 });
  const plan = await run('plan', '--timeout', '30s');
  expect(plan.code).toBe(3);
  expect(plan.stdout + plan.stderr).toContain('asks to wait 24 h before the next request (status 429)');
  expect(helios.control.requests().filter(({ path }) => path === '/v1/secrets')).toHaveLength(1);
});

it.each([
  ['GET', '^/v1/secrets$', 400, 'organization 12 is suspended', 'organization … is suspended'],
  ['GET', '/accessControls$', 400, 'sharing of X is disabled by policy 7', 'is disabled by policy 7'],
  ['POST', '^/v1/secrets$', 400, 'secret quota of 50 reached', 'secret quota of … reached'],
] as const)('keeps the reason of the API: %s %s', async (method, path, status, error, shown) => {
  const { helios, run } = await trial('  X: { value: { env: A }, readers: [team:Platform] }\n');
  if (path.includes('access')) await run(...APPLY);
  helios.control.addFault({ kind: 'status', status, method, path, body: JSON.stringify({ error }) });
  const applied = await run(...APPLY);
  expect(applied.code).toBe(1);
  expect(applied.stdout + applied.stderr).toContain(shown);
});

it('reads for a target what the target needs', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `S${index}`);
  const text = (value: string): string =>
    names.map((name) => `  ${name}: { value: { env: ${value} }, readers: [team:Platform] }\n`).join('');
  const { helios, run, env } = await trial(text('A'), { seed: defaultSeed });
  expect((await run(...APPLY)).code).toBe(0);
  env['A'] = 'another-value';
  helios.control.edit({
    kind: 'grant',
    secret: 'S7',
    role: 'Reader',
    team: 'Interns',
    by: 'ci-bot@example.com',
  });
  helios.control.clearRequests();
  const planned = await run('plan', '--target', 'secret.helios.S7');
  expect(helios.control.total()).toBeLessThanOrEqual(12);
  expect(planned.stdout).toContain('Plan: 0 to add, 1 to change, 1 to destroy.');
  helios.control.clearRequests();
  const shared = await run('plan', '--target', 'share.helios.S7/team:Interns');
  expect(helios.control.total()).toBeLessThanOrEqual(12);
  expect(shared.stdout).toContain('Plan: 0 to add, 0 to change, 1 to destroy.');
  helios.control.clearRequests();
  // The lists of one secret, the fresh look before a revoke, and the writes.
  expect((await run('apply', '--auto-approve', '--target', 'share.helios.S7/team:Interns')).code).toBe(0);
  expect(helios.control.total()).toBeLessThanOrEqual(12);
  helios.control.clearRequests();
  expect((await run('apply', '--auto-approve', '--target', 'secret.helios.S7')).code).toBe(0);
  expect(helios.control.total()).toBeLessThanOrEqual(12);
  helios.control.clearRequests();
  await run('drift');
  // Users and teams are fewer than secrets: their roles, and one list.
  expect(helios.control.total()).toBeLessThanOrEqual(6 + 9);
});

it('reads users and teams again before only a team would own a secret', async () => {
  const lists = (drop: string): string =>
    ['X', 'Y']
      .map((name) => `  ${name}: { value: { env: A }, owners: [team:Machine Learning${drop}\n`)
      .join('');
  const { helios, run, secrets, alive } = await trial(lists(`, user:${BEN}] }`));
  expect((await run(...APPLY)).code).toBe(0);
  await secrets(lists('], self: drop }'));
  const plan = await run('plan', '--out', 'p.plan', '--max-deletes', '100%');
  expect(plan.code).toBe(0);
  // The first revoke empties the team.
  helios.control.clearRequests();
  const applying = run('apply', 'p.plan', '--parallelism', '1');
  const isRevoked = (): boolean =>
    helios.control
      .requests()
      .some(({ method, path }) => method === 'PATCH' && path.endsWith('accessControls'));
  const over = new AbortController();
  void applying.finally(() => {
    over.abort();
  });
  while (!isRevoked() && !over.signal.aborted) await new Promise(setImmediate);
  helios.control.edit({ kind: 'remove-member', of: 'Machine Learning', user: 'chloe@example.com' });
  const applied = await applying;
  expect(applied.code).toBe(1);
  expect(applied.stdout + applied.stderr).toContain('Y would be left without an Owner who can act');
  // X went with the team; Y stayed with its Owners.
  expect(alive()).toEqual(['Y']);
});
