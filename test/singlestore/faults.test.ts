import { describe, expect, it } from 'vitest';
import { startHelios, type FaultRule, type HeliosOptions } from '../../src/sandbox/helios/index.js';
import { accessOf, living, shortly, Stack, type Wanted } from './harness.js';

const before: Record<string, Wanted> = {
  EDIT: { value: '1', owners: ['self', 'user:ben@example.com'], readers: ['team:Interns'] },
  GONE: { value: 'old' },
};
const NEW: Wanted = { value: 'n', owners: ['self', 'team:Platform'], readers: ['user:chloe@example.com'] };
const after: Record<string, Wanted> = {
  NEW,
  EDIT: { value: '2', owners: ['self', 'team:Platform'], readers: ['user:ben@example.com'] },
};

const faults: readonly FaultRule[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 500, effect: true },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 409 },
  { kind: 'html' },
  { kind: 'html', effect: true },
  { kind: 'garbage' },
  { kind: 'garbage', effect: true },
  { kind: 'timeout-before' },
  { kind: 'timeout-after' },
  { kind: 'reset-before' },
  { kind: 'reset-after' },
  { kind: 'truncated' },
];

const title = (fault: FaultRule): string =>
  `${fault.kind} ${fault.status ?? ''}${fault.effect === true ? ', effective' : ''}`;

/** Applies once undisturbed, then once with a fault at the n-th request; the next run must finish what is left. */
async function disturbed(
  fault: FaultRule,
  nth: number,
  times: number,
  options: HeliosOptions,
): Promise<boolean> {
  const sandbox = await startHelios(options);
  try {
    const stack = new Stack(sandbox, { parallelism: 1, env: { SECRETS_HTTP_TIMEOUT_MS: '80' } });
    const patient = new Stack(sandbox, { parallelism: 1 });
    await patient.apply(before);
    stack.records = patient.records;
    stack.serial = patient.serial;
    const ownerless: string[] = [];
    sandbox.control.observe(() => {
      for (const name of ['EDIT', 'NEW']) {
        if (
          living(sandbox).includes(name) &&
          !accessOf(sandbox, name).some((one) => one.startsWith('Owner'))
        ) {
          ownerless.push(name);
        }
      }
    });
    const { session, items } = await stack.plan(after);
    const id = sandbox.control.addFault({ ...fault, nth, times });
    const outcomes = await stack.carryOut(session, items);
    const fired = sandbox.control.faults().find((one) => one.id === id)?.fired ?? 0;
    sandbox.control.clearFaults();

    expect(outcomes.map((outcome) => outcome.address).sort()).toEqual(
      items.map((item) => item.change.address).sort(),
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'failed') expect(outcome.message).toMatch(/\w{3}/);
    }
    patient.records = stack.records;
    patient.serial = stack.serial;
    // A run that could not find out whether its POST took effect says so; the journal lets the next one take it over.
    const unclear = outcomes.some(
      (outcome) => outcome.status === 'failed' && outcome.mayHaveHappened === true,
    );
    const next = await patient.plan(unclear ? { ...after, NEW: { ...NEW, adopt: true } } : after);
    const rest = await patient.carryOut(next.session, next.items);
    expect(next.plan.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
    expect(rest.filter((outcome) => outcome.status !== 'done')).toEqual([]);
    expect(shortly((await patient.plan(after)).plan)).toEqual([]);
    expect(living(sandbox)).toEqual(['EDIT', 'NEW']);
    expect(accessOf(sandbox, 'NEW')).toEqual([
      'Owner team Platform',
      'Owner user ana@example.com',
      'Reader user chloe@example.com',
    ]);
    expect(accessOf(sandbox, 'EDIT')).toEqual([
      'Owner team Platform',
      'Owner user ana@example.com',
      'Reader user ben@example.com',
    ]);
    expect(sandbox.control.valueOf('EDIT')).toBe('2');
    expect(ownerless).toEqual([]);
    return fired > 0;
  } finally {
    await sandbox.close();
  }
}

describe.each(faults.map((fault) => ({ fault, name: title(fault) })))('one $name', ({ fault }) => {
  it('at any request of an apply: a clear end, and the next run finishes', async () => {
    let fired = 0;
    for (let nth = 1; await disturbed(fault, nth, 1, { apiShape: nth % 2 === 0 ? 'node' : 'go' }); nth += 1) {
      fired = nth;
    }
    expect(fired).toBeGreaterThan(8);
  });
});

describe('a system that stays away', () => {
  it.each(['reset-after', 'reset-before', 'status'] as const)(
    'from any request on (%s): the next run finishes',
    async (kind) => {
      for (let nth = 1; nth <= 12; nth += 1) await disturbed({ kind, status: 503 }, nth, 1000, {});
    },
  );
});
