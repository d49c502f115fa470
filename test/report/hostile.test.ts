import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, Diagnostic, FieldChange, Outcome, Plan } from '../../src/model/index.js';
import { outcomeText } from '../../src/report/human/apply.js';
import { driftText } from '../../src/report/human/drift.js';
import { planText } from '../../src/report/human/plan.js';
import { PLAIN, diagnosticsText, placeOf } from '../../src/report/index.js';
import * as any from './arbitraries.js';
import { applyEventLine, driftDocument, planDocument } from './rendered.js';
import * as full from './samples.js';

/** What a terminal obeys, or does not show. A newline is ours alone; a tab may stand in the line of a file. */
const OBEYED = /[^\P{C}\n\t\p{Co}\p{Cn}]|[\u2028\u2029\u200b-\u200f\ufe0f\u3164]|[\u{e0000}-\u{e0fff}]/u;

/** Texts that have fooled terminals and reviewers. */
const ATTACKS: Readonly<Record<string, string>> = {
  'clears the screen': '\u001b[2J\u001b[H',
  'sets the title': '\u001b]0;owned\u0007',
  'makes a link': '\u001b]8;;http://evil.example\u001b\\click\u001b]8;;\u001b\\',
  'writes the clipboard': '\u001b]52;c;ZXZpbA==\u0007',
  'colours without a style': '\u001b[32mapproved\u001b[0m',
  'starts with the one-byte CSI': '\u009b31m',
  'starts with the one-byte OSC': '\u009d0;owned\u009c',
  'writes over the line': 'secret\rPlan: 0 to add, 0 to change, 0 to destroy.',
  'rubs out': 'abc\b\b\bxyz\u007f',
  'fakes a line': 'x\nNo changes. Your secrets match the configuration.',
  'fakes a line of Windows': 'x\r\nApply complete! Resources: 0 added.',
  'fakes a line by other separators': 'x\u2028No changes.\u2029No changes.\u0085No changes.\u000bNo changes.',
  'turns the direction': 'user:\u202eana@example.com\u202c \u2066x\u2069 \u200f',
  'hides in a name': 'te\u200bam:Plat\u00adform\ufeff\u2060',
  'writes in tags': 'ok\u{e0041}\u{e0042}\u{e007f}',
  'looks like nothing': '\u3164\u115f\uffa0',
  'ends in half a character': 'x\ud83d',
  'holds a NUL': 'a\u0000b',
  'is a command of a CI system': '##[set-output name=approved]yes',
};

/** A plan with the text in every place where text from outside may stand. */
function planWith(text: string): Plan {
  const range = { ...full.range, file: text, excerpt: text };
  const diagnostic: Diagnostic = {
    severity: 'error',
    code: text,
    summary: text,
    detail: text,
    next: text,
    range,
    related: [{ message: text, range }],
    address: `secret.helios.${text}`,
  };
  const fields: FieldChange[] = (['add', 'change', 'remove', 'keep'] as const).flatMap((action) =>
    [text, [text], { [text]: text }, [text.repeat(40)], `${text}\nb`].map((value) => ({
      path: text,
      action,
      sensitive: false,
      before: value,
      after: value === text ? `${text}!` : value,
      note: text,
    })),
  );
  return {
    ...full.plan,
    stack: text,
    configuration: text,
    systems: { [text]: { type: text, id: text, name: text, principal: text } },
    changes: full.ACTIONS.map((action): Change => ({
      action,
      address: `share.helios.A/user:${text}`,
      reason: text,
      fields,
      precondition: { kind: 'present', id: text, version: text },
      after: [`secret.helios.${text}`],
      fingerprints: { [text]: text },
      range,
      id: text,
    })),
    drift: full.drift.map((entry) => ({
      ...entry,
      address: `secret.helios.${text}`,
      fields,
      changedAt: text,
      changedBy: text,
      lastAppliedAt: text,
    })),
    rotation: full.rotation.map((note) => ({
      ...note,
      address: `secret.helios.${text}`,
      changedAt: text,
      dueAt: text,
    })),
    unreachable: [{ provider: text, message: text, next: text }],
    diagnostics: [diagnostic],
  };
}

function outcomesWith(text: string): readonly Outcome[] {
  const address = `secret.helios.${text}`;
  return [
    { status: 'done', address, id: text, changedAt: text, changedBy: text },
    { status: 'failed', address, message: text, next: text, mayHaveHappened: true },
    { status: 'skipped', address, message: text },
  ];
}

/** Every text that the reports make of a plan and of what became of it. */
function texts(plan: Plan, outcomes: readonly Outcome[]): readonly string[] {
  return [
    planText(plan, PLAIN),
    driftText(plan, PLAIN),
    diagnosticsText(plan.diagnostics, PLAIN),
    ...plan.diagnostics.flatMap(({ range }) => (range === undefined ? [] : [placeOf(range)])),
    ...plan.changes.flatMap((change) =>
      outcomes.map((outcome) => outcomeText(change.action, outcome, PLAIN)),
    ),
  ];
}

/** Every line of JSON that the reports make of them, without its last newline. */
function lines(plan: Plan, outcomes: readonly Outcome[]): readonly string[] {
  return [
    planDocument('ok', plan.diagnostics, plan),
    driftDocument('ok', plan.diagnostics, plan),
    applyEventLine({ event: 'plan', plan }),
    ...outcomes.map((outcome) => applyEventLine({ event: 'outcome', action: 'create', outcome })),
    applyEventLine({ event: 'end', status: 'ok', diagnostics: plan.diagnostics }),
  ].map((line) => line.slice(0, -1));
}

describe('text from outside', () => {
  it.each(Object.keys(ATTACKS))('never %s, wherever it stands', (name) => {
    const attack = ATTACKS[name] ?? '';
    const [plan, outcomes] = [planWith(attack), outcomesWith(attack)];
    for (const text of texts(plan, outcomes)) expect(text).not.toMatch(OBEYED);
    for (const line of lines(plan, outcomes)) {
      expect(line).not.toMatch(OBEYED);
      expect(line).not.toContain('\n');
    }
  });

  it('is the same in JSON after it is parsed', () => {
    for (const attack of Object.values(ATTACKS)) {
      const [plan, outcomes] = [planWith(attack), outcomesWith(attack)];
      const { diagnostics, ...rest } = plan;
      const parsed = JSON.parse(planDocument('ok', diagnostics, plan)) as Record<string, unknown>;
      // Fingerprints are not printed.
      const changes = rest.changes.map(({ fingerprints: _fingerprints, ...change }) => change);
      expect(parsed['plan']).toEqual({ ...rest, changes });
      expect(parsed['diagnostics']).toEqual(diagnostics);
      for (const outcome of outcomes) {
        const event = applyEventLine({ event: 'outcome', action: 'create', outcome });
        expect(JSON.parse(event)).toMatchObject({ outcome });
      }
    }
  });

  it('starts no line of its own', () => {
    const plan = planWith('x\nFAKE LINE');
    for (const text of texts(plan, outcomesWith('x\nFAKE LINE'))) expect(text).not.toMatch(/^FAKE LINE/m);
  });

  it('is tame whatever it is', () => {
    fc.assert(
      fc.property(any.plan, fc.array(any.outcome, { maxLength: 3 }), (plan, outcomes) => {
        for (const text of [...texts(plan, outcomes), ...lines(plan, outcomes)]) {
          expect(text).not.toMatch(OBEYED);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a field that is marked sensitive', () => {
  const canary = 'c4n4ry';
  const value = fc.constantFrom(canary, `${canary}\n${canary}2\n`, [canary], { [canary]: canary });
  const careless: fc.Arbitrary<FieldChange> = fc.record({
    path: fc.constant('value'),
    action: fc.constantFrom('add' as const, 'change' as const, 'remove' as const, 'keep' as const),
    sensitive: fc.constant(true),
    before: value,
    after: value,
  });

  it('shows nothing, even where somebody put its value into the change by mistake', () => {
    fc.assert(
      fc.property(fc.array(careless, { minLength: 1, maxLength: 3 }), (fields) => {
        const plan: Plan = {
          ...full.plan,
          changes: full.changes.map((change) => ({ ...change, fields })),
          drift: full.drift.map((entry) => ({ ...entry, fields })),
        };
        for (const text of [...texts(plan, full.outcomes), ...lines(plan, full.outcomes)]) {
          expect(text).not.toContain(canary);
        }
        expect(planText(plan, PLAIN)).toContain('value = (sensitive value)');
      }),
    );
  });
});

describe('colours', () => {
  /** A dress that can be taken off again. */
  const on = (text: string): string => `\u0001${text}\u0002`;
  const DRESSED = { bold: on, dim: on, red: on, green: on, yellow: on, cyan: on };
  const undress = (text: string): string => text.replace(/[\u0001\u0002]/g, '');

  it('say nothing that the text does not say', () => {
    fc.assert(
      fc.property(any.plan, fc.array(any.outcome, { maxLength: 2 }), (plan, outcomes) => {
        expect(undress(planText(plan, DRESSED))).toBe(planText(plan, PLAIN));
        expect(undress(driftText(plan, DRESSED))).toBe(driftText(plan, PLAIN));
        expect(undress(diagnosticsText(plan.diagnostics, DRESSED))).toBe(
          diagnosticsText(plan.diagnostics, PLAIN),
        );
        for (const change of plan.changes) {
          for (const outcome of outcomes) {
            expect(undress(outcomeText(change.action, outcome, DRESSED))).toBe(
              outcomeText(change.action, outcome, PLAIN),
            );
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
