import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kinds } from '../../test/core/kinds.js';
import { have, planOf, remember, s, want } from '../../test/core/plan-input.js';
import { holds } from '../../test/core/seeded.js';
import { DiagnosticError } from '../model/index.js';
import type { DesiredResource, Diagnostic, Plan, StateData } from '../model/index.js';
import { checkPinned, comparePinned } from './pinned.js';
import { encodePlanFile, openPlanFile } from './plan-file.js';
import type { SavedPlan, Seal, Sealed } from './plan-file.js';

const S = 'secret.helios.S';
const T = 'secret.helios.T';
const v = { value: s('the-value') };
const seal: Seal = (text) => createHmac('sha256', 'key').update(text).digest('hex');
const other: Seal = (text) => createHmac('sha256', 'another key').update(text).digest('hex');

const base = planOf({
  desired: [want(S, v), want(T, v)],
  actual: [have(T, { value: s('old') })],
  records: [remember(T, { value: s('old') })],
});
const save = (plan: Plan = base, more: Partial<SavedPlan> = {}): SavedPlan => ({
  id: 'the-plan',
  toolVersion: '1.2.3',
  files: ['a.yaml'],
  scope: { targets: [], excludes: ['*.wh.*'], maxDeletes: { percent: 50 } },
  plan,
  ...more,
});
const decode = (
  text: string,
  given: Seal | undefined,
): { readonly saved: SavedPlan; readonly sealed: Sealed } => {
  const { saved, checkSeal } = openPlanFile(text, 'f');
  return { saved, sealed: checkSeal(given) };
};
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'nothing thrown';
  } catch (error) {
    return error instanceof DiagnosticError ? (error.diagnostics[0]?.code ?? '') : String(error);
  }
};

describe('the file of a plan', () => {
  it('gives back what was saved, and holds no value', () => {
    const text = encodePlanFile(save(), seal);
    expect(decode(text, seal)).toEqual({
      saved: save({ ...base, diagnostics: [] }),
      sealed: 'intact',
    });
    expect(text).not.toContain('the-value');
  });

  it('says what can be said without a key', () => {
    expect(decode(encodePlanFile(save(), undefined), undefined).sealed).toBe('unsealed');
    expect(decode(encodePlanFile(save(), seal), undefined).sealed).toBe('no-key');
  });

  it('changed in any place, under another key, or with its seal taken off is refused', () => {
    const text = encodePlanFile(save(), seal);
    expect(codeOf(() => decode(text, other))).toBe('tampered-plan');
    expect(decode(encodePlanFile(save(), undefined), seal).sealed).toBe('unsealed');
    holds(fc.integer({ min: 0, max: text.length - 2 }), (at) => {
      const changed = text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);
      expect(codeOf(() => decode(changed, seal))).toMatch(/^(tampered|no)-plan$/);
    });
    holds(fc.integer({ min: 0, max: text.length - 2 }), (at) => {
      expect(codeOf(() => decode(text.slice(0, at), seal))).toBe('no-plan');
    });
  });

  it('of a newer format, or that is none, is refused', () => {
    const text = encodePlanFile(save(), undefined);
    expect(codeOf(() => decode(text.replace('"format":2', '"format":3'), undefined))).toBe('newer-plan');
    for (const junk of [
      '',
      '{}',
      'null',
      '[1]',
      '{"document":"saved-plan"}',
      '{"document":"saved-plan","format":2}',
    ]) {
      expect(codeOf(() => decode(junk, undefined))).toBe('no-plan');
    }
  });
});

describe('a saved plan', () => {
  const state = (more: Partial<StateData> = {}): StateData => ({
    version: 2,
    serial: base.state.serial,
    lineage: base.state.lineage,
    stack: base.stack,
    systems: {},
    records: [],
    ...more,
  });
  const pinned = (more: Partial<StateData>, digest = base.configuration): readonly string[] =>
    checkPinned(save(), state(more), digest).map((diagnostic) => diagnostic.code);

  it('is refused where the state or the configuration is not the one it was made from', () => {
    expect(pinned({})).toEqual([]);
    expect(pinned({ serial: 9 })).toEqual(['plan-stale']);
    expect(pinned({ lineage: 'another' })).toEqual(['plan-other-state']);
    expect(pinned({}, 'another')).toEqual(['plan-other-configuration']);
    expect(pinned({ serial: 9 }, 'another')).toEqual(['plan-stale', 'plan-other-configuration']);
    expect(pinned({ serial: 9, plans: [{ id: 'the-plan', at: 'T' }] })).toEqual(['plan-applied']);
    expect(checkPinned(save(), undefined, base.configuration).map((diagnostic) => diagnostic.code)).toEqual([
      'plan-other-state',
    ]);
    const first = save({ ...base, state: { lineage: '', serial: 0 } });
    expect(checkPinned(first, undefined, base.configuration)).toEqual([]);
    expect(checkPinned(first, state(), base.configuration).map((diagnostic) => diagnostic.code)).toEqual([
      'plan-stale',
    ]);
  });

  const pinnedTo = (
    fresh: Plan,
    desired: readonly DesiredResource[] = [],
    saved: SavedPlan = save(),
  ): readonly Diagnostic[] =>
    comparePinned(saved, fresh, kinds, new Map(desired.map((resource) => [resource.address, resource])));
  const against = (fresh: Parameters<typeof planOf>[0]): readonly string[] =>
    pinnedTo(planOf(fresh)).map((diagnostic) => `${diagnostic.code} ${diagnostic.address ?? ''}`);
  const same: Parameters<typeof planOf>[0] = {
    desired: [want(S, v), want(T, v)],
    actual: [have(T, { value: s('old') })],
    records: [remember(T, { value: s('old') })],
  };

  it('is carried out where nothing has changed, wherever in the file its resources stand now', () => {
    expect(against(same)).toEqual([]);
    const moved = want(S, v, {
      range: { file: 'b.yaml', line: 9, column: 1, endLine: 9, endColumn: 2, text: '' } as never,
    });
    expect(against({ ...same, desired: [moved, want(T, v)] })).toEqual([]);
  });

  it('is refused for every object that is not as it was', () => {
    const w = { value: s('another') };
    expect(against({ ...same, desired: [want(S, w), want(T, v)] })).toEqual([`plan-changed-value ${S}`]);
    expect(against({ ...same, actual: [have(T, { value: s('old') }, { version: 'v2' })] })).toEqual([
      `plan-changed-object ${T}`,
    ]);
    expect(against({ ...same, actual: [] })).toEqual([`plan-changed-object ${T}`]);
    expect(against({ ...same, actual: [have(T, v)] })).toEqual([`plan-changed-object ${T}`]);
    expect(against({ ...same, desired: [want(S, v), want(T, v), want('secret.helios.U', v)] })).toEqual([
      'plan-changed-object secret.helios.U',
    ]);
    const all = pinnedTo(planOf({ desired: [want(S, w), want(T, w)] }));
    expect(all.map((diagnostic) => diagnostic.address)).toEqual([S, T]);
    expect(JSON.stringify(all)).not.toContain('another');
  });

  it('is refused for another system under the same name', () => {
    const [name, system] = Object.entries(base.systems)[0]!;
    const fresh: Plan = { ...base, systems: { [name]: { ...system, id: 'elsewhere' } } };
    expect(pinnedTo(fresh).map((diagnostic) => diagnostic.code)).toEqual(['plan-other-system']);
  });

  /** A plan as this identity sees it. */
  const as = (principal: string, plan: Plan): Plan => ({
    ...plan,
    systems: Object.fromEntries(
      Object.entries(plan.systems).map(([name, system]) => [name, { ...system, principal }]),
    ),
  });
  const SERVER = 'duckdb_server.wh.lake';
  const server = (owner?: string): DesiredResource =>
    want(SERVER, { type: 's3', ...(owner === undefined ? {} : { owner }) });
  const MAPPING = 'user_mapping.wh.lake/ci';
  it.each<[string, readonly DesiredResource[], readonly string[]]>([
    ['a secret that is made, whose creator becomes Owner', [want(S, v)], [S]],
    ['a server that is made, whose creator becomes owner', [server()], [SERVER]],
    ['a server that is made for an owner', [server('lake_admin')], []],
    [
      'a grant to the identity itself',
      [want('share.helios.S/user:ci', { role: 'Owner' })],
      ['share.helios.S/user:ci'],
    ],
    ['a grant to somebody else', [want('share.helios.S/user:eve', { role: 'Owner' })], []],
    ['a mapping of the identity itself', [want(MAPPING, {})], [MAPPING]],
    ['nothing', [], []],
  ])('that another identity made is refused where it depends on that: %s', (_, desired, refused) => {
    const plan = planOf({ desired });
    const problems = pinnedTo(
      as('user:ben', plan),
      desired,
      save(as(desired[0]?.address === MAPPING ? 'ci' : 'user:ci', plan)),
    );
    expect(problems.map(({ code, address }) => `${code} ${address ?? ''}`)).toEqual(
      refused.map((address) => `plan-other-principal ${address}`),
    );
    expect(pinnedTo(as('user:ci', plan), desired, save(as('user:ci', plan)))).toEqual([]);
  });
});
