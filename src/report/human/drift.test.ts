import { describe, expect, it } from 'vitest';
import type { DriftEntry, Plan } from '../../model/index.js';
import { driftText } from './drift.js';
import { PLAIN } from './style.js';

const EMPTY: Plan = {
  format: 2,
  stack: 'analytics-prod',
  createdAt: '2026-01-31T09:30:00.000Z',
  state: { lineage: 'l-1', serial: 3 },
  configuration: 'sha256:00',
  systems: {},
  changes: [],
  drift: [],
  rotation: [],
  unreachable: [],
  unverified: [],
  unmanaged: [],
  undecided: [],
  leftOut: 0,
  diagnostics: [],
  summary: { add: 0, change: 0, destroy: 0, import: 0, forget: 0, unchanged: 0 },
};

const LAST = { lastAppliedAt: '2026-01-02T08:00:00.000Z' };
const BY_BEN = { changedAt: '2026-01-30T22:10:00Z', changedBy: 'user:ben@example.com' };

const DRIFT: readonly DriftEntry[] = [
  {
    ...LAST,
    ...BY_BEN,
    address: 'secret.helios.HF_TOKEN',
    kind: 'changed',
    fields: [{ path: 'value', action: 'change', sensitive: true }],
  },
  {
    ...LAST,
    address: 'duckdb_server.warehouse.lake',
    kind: 'changed',
    fields: [
      { path: 'options.region', action: 'change', sensitive: false, before: 'us-east-1', after: 'eu-west-1' },
      { path: 'options.url_style', action: 'add', sensitive: false, after: 'path', note: 'nobody wrote it' },
    ],
  },
  { ...LAST, address: 'secret.helios.GONE', kind: 'missing', fields: [] },
  {
    ...BY_BEN,
    address: 'share.helios.HF_TOKEN/user:chloe@example.com',
    kind: 'added',
    fields: [{ path: 'role', action: 'add', sensitive: false, after: 'Reader' }],
  },
  { address: 'secret.helios.OTHER', kind: 'replaced', fields: [] },
];

describe('driftText', () => {
  it('says exactly what, by whom and since when, as far as that is known', () => {
    expect(driftText({ ...EMPTY, drift: DRIFT }, PLAIN)).toMatchInlineSnapshot(`
      "  ~ secret.helios.HF_TOKEN was changed by user:ben@example.com
            since: 2026-01-30T22:10:00Z (last applied 2026-01-02T08:00:00.000Z)
            ~ value = (sensitive value) -> (sensitive value)

        ~ duckdb_server.warehouse.lake was changed
            since: after it was last applied 2026-01-02T08:00:00.000Z
            ~ options.region    = "us-east-1" -> "eu-west-1"
            + options.url_style = "path" # nobody wrote it

        - secret.helios.GONE is gone
            since: after it was last applied 2026-01-02T08:00:00.000Z

        + share.helios.HF_TOKEN/user:chloe@example.com was added by user:ben@example.com
            since: 2026-01-30T22:10:00Z
            + role = "Reader"

      -/+ secret.helios.OTHER was recreated outside this stack; no longer managed by it
            since: unknown

      Drift: 5 resources differ from what was last applied. Run \`secrets plan\` to see what would restore it.
      "
    `);
  });

  it('counts one as one', () => {
    expect(driftText({ ...EMPTY, drift: DRIFT.slice(2, 3) }, PLAIN)).toContain(
      'Drift: 1 resource differs from what was last applied.',
    );
  });

  it('says that there is none', () => {
    expect(driftText(EMPTY, PLAIN)).toBe('No drift. The systems hold what was last applied.\n');
  });

  it('does not say so of a system that was not seen', () => {
    const unreachable = [{ provider: 'warehouse', message: 'connection refused' }];
    expect(driftText({ ...EMPTY, unreachable }, PLAIN)).toMatchInlineSnapshot(`
      "Not seen: warehouse: connection refused
        Nothing can be said about its resources, and nothing is planned for them.

      No drift in what could be seen. 1 system could not be.
      "
    `);
  });
});
