import { describe, expect, it } from 'vitest';
import type { Action, Change, Plan, PlanSummary } from '../../model/index.js';
import { planText, summaryText } from './plan.js';
import { PLAIN } from './style.js';
import type { Style } from './style.js';

const NOTHING: PlanSummary = { add: 0, change: 0, destroy: 0, import: 0, forget: 0, unchanged: 0 };

const EMPTY: Plan = {
  format: 2,
  stack: 'analytics-prod',
  createdAt: '2026-01-31T09:30:00.000Z',
  state: { lineage: '', serial: 0 },
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
  summary: NOTHING,
};

const TAGS: Style = {
  bold: (text) => `<b>${text}</b>`,
  dim: (text) => `<dim>${text}</dim>`,
  red: (text) => `<red>${text}</red>`,
  green: (text) => `<green>${text}</green>`,
  yellow: (text) => `<yellow>${text}</yellow>`,
  cyan: (text) => `<cyan>${text}</cyan>`,
};

function change(action: Action, address: string, reason: string, more: Partial<Change> = {}): Change {
  const base = { fields: [], precondition: { kind: 'none' }, after: [], fingerprints: {} } as const;
  return { ...base, ...more, action, address, reason };
}

const CHANGES: readonly Change[] = [
  change('create', 'secret.helios.HF_TOKEN', 'new in the configuration', {
    fields: [{ path: 'value', action: 'add', sensitive: true }],
  }),
  change('create', 'share.helios.HF_TOKEN/team:Machine Learning', 'new in the configuration', {
    fields: [{ path: 'role', action: 'add', sensitive: false, after: 'Reader' }],
    after: ['secret.helios.HF_TOKEN'],
  }),
  change('update', 'duckdb_server.warehouse.lake', 'the configuration changed', {
    fields: [
      { path: 'options.region', action: 'change', sensitive: false, before: 'us-east-1', after: 'eu-west-1' },
      { path: 'options.use_ssl', action: 'remove', sensitive: false, before: false },
      { path: 'owner', action: 'add', sensitive: false, after: 'lake_admin' },
    ],
  }),
  change('replace', 'duckdb_server.warehouse.blob', 'type cannot be changed in place', {
    fields: [
      {
        path: 'type',
        action: 'change',
        sensitive: false,
        before: 's3',
        after: 'azure',
        forcesReplacement: true,
        note: 'set by hand',
      },
    ],
  }),
  change('update', 'user_mapping.warehouse.lake/analyst', 'changed outside of this configuration by ben', {
    fields: [{ path: 'options.secret', action: 'change', sensitive: true }],
    after: ['duckdb_server.warehouse.lake', 'secret.helios.AWS_SECRET_KEY'],
  }),
  change('import', 'secret.helios.OLD', 'taken over as it is (adopt: true)'),
  change('delete', 'secret.helios.GONE', 'no longer in the configuration', {
    fields: [{ path: 'value', action: 'remove', sensitive: true }],
    after: ['share.helios.GONE/user:ana@example.com', 'share.helios.GONE/user:ben@example.com'],
  }),
  change('forget', 'secret.helios.HANDED_OVER', 'listed under `removed`'),
];

describe('planText', () => {
  it('shows each change with its reason, what it comes after, and its fields lined up', () => {
    const summary = { add: 3, change: 2, destroy: 2, import: 1, forget: 1, unchanged: 5 };
    expect(planText({ ...EMPTY, changes: CHANGES, summary }, PLAIN)).toMatchInlineSnapshot(`
      "secrets will perform the following actions:

        + create
        ~ update in-place
        - destroy
      -/+ destroy and then create replacement
        = import
        . forget

        + secret.helios.HF_TOKEN will be created
            because: new in the configuration
            + value = (sensitive value)

        + share.helios.HF_TOKEN/team:Machine Learning will be created
            because: new in the configuration
            + role = "Reader"

        ~ duckdb_server.warehouse.lake will be updated in-place
            because: the configuration changed
            ~ options.region  = "us-east-1" -> "eu-west-1"
            - options.use_ssl = false -> (none)
            + owner           = "lake_admin"

      -/+ duckdb_server.warehouse.blob must be replaced
            because: type cannot be changed in place
            ~ type = "s3" -> "azure" # forces replacement; set by hand

        ~ user_mapping.warehouse.lake/analyst will be updated in-place
            because: changed outside of this configuration by ben
            after:   secret.helios.AWS_SECRET_KEY
            ~ options.secret = (sensitive value) -> (sensitive value)

        = secret.helios.OLD will be imported (nothing changes in the system)
            because: taken over as it is (adopt: true)

        - secret.helios.GONE will be destroyed
            because: no longer in the configuration
            after:   share.helios.GONE/user:ana@example.com, share.helios.GONE/user:ben@example.com
            - value = (sensitive value) -> (none)

        . secret.helios.HANDED_OVER will be forgotten (it stays in the system)
            because: listed under \`removed\`

      Plan: 1 to import, 3 to add, 2 to change, 2 to destroy, 1 to forget.
      "
    `);
  });

  it('dresses signs, addresses and remarks where colours are on', () => {
    const summary = { ...NOTHING, change: 1, destroy: 1, add: 1 };
    const changes = CHANGES.filter((one) => one.address.startsWith('duckdb_server.'));
    expect(planText({ ...EMPTY, changes, summary }, TAGS)).toMatchInlineSnapshot(`
      "secrets will perform the following actions:

      <yellow>  ~</yellow> update in-place
      <red>-</red>/<green>+</green> destroy and then create replacement

      <yellow>  ~</yellow> <b>duckdb_server.warehouse.lake</b> will be updated in-place
            <dim>because: the configuration changed</dim>
            <yellow>~</yellow> options.region  = "us-east-1" <yellow>-></yellow> "eu-west-1"
            <red>-</red> options.use_ssl = false <dim>-></dim> (none)
            <green>+</green> owner           = "lake_admin"

      <red>-</red>/<green>+</green> <b>duckdb_server.warehouse.blob</b> must be replaced
            <dim>because: type cannot be changed in place</dim>
            <yellow>~</yellow> type = "s3" <yellow>-></yellow> "azure" <dim># forces replacement; set by hand</dim>

      <b>Plan: 1 to add, 1 to change, 1 to destroy.</b>
      "
    `);
  });

  it('says in the words of the README that nothing is to do', () => {
    expect(planText(EMPTY, PLAIN)).toBe('No changes. Your secrets match the configuration.\n');
  });

  it('claims nothing about a system that was not seen', () => {
    const unreachable = [
      { provider: 'warehouse', message: 'connection refused', next: 'Start it.' },
      { provider: 'lab', message: 'no such host' },
    ];
    expect(planText({ ...EMPTY, unreachable }, PLAIN)).toMatchInlineSnapshot(`
      "Not seen: warehouse: connection refused
        Next: Start it.
        Nothing can be said about its resources, and nothing is planned for them.

      Not seen: lab: no such host
        Nothing can be said about its resources, and nothing is planned for them.

      No changes in what could be seen. 2 systems could not be.
      "
    `);
  });

  it('says that a plan is refused, and by how many errors', () => {
    const error = { severity: 'error', code: 'protected', summary: 'It is protected.' } as const;
    const warning = { ...error, severity: 'warning' } as const;
    expect(planText({ ...EMPTY, diagnostics: [error, warning] }, PLAIN)).toBe(
      'Plan: 0 to add, 0 to change, 0 to destroy. It is refused: 1 error.\n',
    );
    expect(planText({ ...EMPTY, diagnostics: [error, error] }, PLAIN)).toContain('It is refused: 2 errors.');
  });

  it('tells what is due for rotation', () => {
    const note = { address: 'secret.helios.HF_TOKEN', changedAt: '2025-10-01T00:00:00Z' };
    const dueAt = '2026-01-01T00:00:00.000Z';
    const rotation = [
      { ...note, dueAt, status: 'overdue' },
      { ...note, dueAt, status: 'due-soon' },
    ] as const;
    expect(planText({ ...EMPTY, rotation }, PLAIN)).toMatchInlineSnapshot(`
      "Rotation:
        ! secret.helios.HF_TOKEN is overdue for rotation since 2026-01-01T00:00:00.000Z (last changed 2025-10-01T00:00:00Z)
        ! secret.helios.HF_TOKEN is due for rotation by 2026-01-01T00:00:00.000Z (last changed 2025-10-01T00:00:00Z)

      No changes. Your secrets match the configuration.
      "
    `);
  });

  it('goes on in the next line where much must be done before', () => {
    const after = Array.from(
      { length: 5 },
      (_, at) => `share.helios.A_RATHER_LONG_NAME/user:person${at}@example.com`,
    );
    const one = change('delete', 'secret.helios.A_RATHER_LONG_NAME', 'no longer in the configuration', {
      after,
    });
    expect(planText({ ...EMPTY, changes: [one] }, PLAIN)).toMatchInlineSnapshot(`
      "secrets will perform the following actions:

        - destroy

        - secret.helios.A_RATHER_LONG_NAME will be destroyed
            because: no longer in the configuration
            after:   share.helios.A_RATHER_LONG_NAME/user:person0@example.com,
                     share.helios.A_RATHER_LONG_NAME/user:person1@example.com,
                     share.helios.A_RATHER_LONG_NAME/user:person2@example.com,
                     share.helios.A_RATHER_LONG_NAME/user:person3@example.com,
                     share.helios.A_RATHER_LONG_NAME/user:person4@example.com

      Plan: 0 to add, 0 to change, 0 to destroy.
      "
    `);
  });
});

describe('summaryText', () => {
  it.each([
    [{}, 'Plan: 0 to add, 0 to change, 0 to destroy.'],
    [{ add: 3, change: 1 }, 'Plan: 3 to add, 1 to change, 0 to destroy.'],
    [{ import: 2 }, 'Plan: 2 to import, 0 to add, 0 to change, 0 to destroy.'],
    [{ destroy: 12, forget: 1 }, 'Plan: 0 to add, 0 to change, 12 to destroy, 1 to forget.'],
  ])('%j', (some, text) => {
    expect(summaryText({ ...NOTHING, ...some })).toBe(text);
  });
});
