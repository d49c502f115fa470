import { describe, expect, it, onTestFinished } from 'vitest';
import type { WorldEdit } from './index.js';
import { openBench, type Bench } from './testing.js';

async function open(): Promise<Bench> {
  const bench = await openBench();
  onTestFinished(bench.close);
  return bench;
}

const nothing = { grants: [], revokes: [] };

/** The statuses of list, get, value, access list, change of access, PATCH and DELETE (last, as it ends the secret). */
async function rights(bench: Bench, key: string, id: string) {
  const call = bench.as(key);
  const list = (await call('GET', '/secrets')).json as { secrets: { secretID: string; value?: string }[] };
  const entry = list.secrets.find(({ secretID }) => secretID === id);
  return {
    listed: entry !== undefined,
    value: entry?.value !== undefined,
    get: (await call('GET', `/secrets/${id}`)).status,
    access: (await call('GET', `/secrets/${id}/accessControls`)).status,
    share: (await call('PATCH', `/secrets/${id}/accessControls`, nothing)).status,
    patch: (await call('PATCH', `/secrets/${id}`, { value: 'new' })).status,
    remove: (await call('DELETE', `/secrets/${id}`)).status,
  };
}

const none = { listed: false, value: false, get: 404, access: 404, share: 404, patch: 404, remove: 404 };
const reader = { listed: true, value: true, get: 200, access: 200, share: 403, patch: 403, remove: 403 };
const owner = { listed: true, value: true, get: 200, access: 200, share: 200, patch: 200, remove: 200 };
const viewer = { ...reader, value: false };

const by = 'ana@example.com';
const secret = 'S';
const user = 'chloe@example.com';

const matrix: [string, WorldEdit[], typeof none][] = [
  ['no grant', [], none],
  ['Reader', [{ kind: 'grant', secret, role: 'Reader', user, by }], reader],
  ['Owner', [{ kind: 'grant', secret, role: 'Owner', user, by }], owner],
  ['Reader via team', [{ kind: 'grant', secret, role: 'Reader', team: 'Machine Learning', by }], reader],
  ['Owner via team', [{ kind: 'grant', secret, role: 'Owner', team: 'Machine Learning', by }], owner],
  ['another team', [{ kind: 'grant', secret, role: 'Owner', team: 'Platform', by }], none],
  [
    'Reader via nested team',
    [{ kind: 'grant', secret, role: 'Reader', team: 'Data Engineering', by }],
    reader,
  ],
  ['Owner via nested team', [{ kind: 'grant', secret, role: 'Owner', team: 'Data Engineering', by }], owner],
  [
    'a cycle of teams',
    [
      { kind: 'add-member', of: 'Interns', team: 'Data Engineering' },
      { kind: 'grant', secret, role: 'Reader', team: 'Data Engineering', by },
    ],
    reader,
  ],
  ['inherited Reader', [{ kind: 'add-inherited-grant', secret, role: 'Reader', user }], reader],
  [
    'inherited Owner via team',
    [{ kind: 'add-inherited-grant', secret, role: 'Owner', team: 'Interns' }],
    owner,
  ],
  [
    'Reader and Owner, Owner revoked',
    [
      { kind: 'grant', secret, role: 'Reader', user, by },
      { kind: 'grant', secret, role: 'Owner', user, by },
      { kind: 'revoke', secret, role: 'Owner', user, by },
    ],
    reader,
  ],
  [
    'left the team',
    [
      { kind: 'grant', secret, role: 'Owner', team: 'Machine Learning', by },
      { kind: 'remove-member', of: 'Machine Learning', user },
    ],
    none,
  ],
  [
    'custom role that only sees',
    [
      { kind: 'add-role', name: 'Auditor' },
      { kind: 'grant', secret, role: 'Auditor', user, by },
    ],
    viewer,
  ],
  [
    'custom role that inherits Reader (in a cycle) and may edit',
    [
      { kind: 'add-role', name: 'Loop', inherits: ['Rotator'] },
      { kind: 'add-role', name: 'Rotator', permissions: ['Edit'], inherits: ['Reader', 'Loop'] },
      { kind: 'grant', secret, role: 'Rotator', user, by },
    ],
    { ...reader, patch: 200 },
  ],
];

describe('who may do what', () => {
  it.each(matrix)('%s', async (_, edits, expected) => {
    const bench = await open();
    const id = await bench.create('ana', secret);
    for (const edit of edits) bench.sandbox.control.edit(edit);
    expect(await rights(bench, 'chloe', id)).toEqual(expected);
  });

  it('lets the creator do everything and nobody else anything', async () => {
    const bench = await open();
    const id = await bench.create('ci-bot', secret);
    for (const key of ['ana', 'ben', 'chloe']) expect(await rights(bench, key, id)).toEqual(none);
    expect(await rights(bench, 'ci-bot', id)).toEqual(owner);
  });

  it('leaves the world alone when it refuses', async () => {
    const bench = await open();
    const id = await bench.create('ana', secret, 'old');
    bench.sandbox.control.edit({ kind: 'grant', secret, role: 'Reader', user, by });
    const before = bench.sandbox.control.dump();
    expect(await rights(bench, 'chloe', id)).toEqual(reader);
    expect(bench.sandbox.control.dump()).toEqual(before);
    expect(bench.sandbox.control.valueOf(secret)).toBe('old');
  });
});
