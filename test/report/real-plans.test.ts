import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../src/plan/index.js';
import { driftText } from '../../src/report/human/drift.js';
import { planText } from '../../src/report/human/plan.js';
import { PLAIN } from '../../src/report/index.js';
import { driftDocument, planDocument } from './rendered.js';
import { makeAjv, problemsOf, validatorOf } from './schemas.js';
import { CANARY, world } from './worlds.js';

describe('plans that the planner makes', () => {
  const ajv = makeAjv();

  it('are as the schemas say, with no value in any form of them', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(world, (input) => {
        const plan = makePlan(input);
        for (const change of plan.changes) seen.add(change.action);
        const documents = [
          planDocument('ok', plan.diagnostics, plan),
          driftDocument('ok', plan.diagnostics, plan),
        ];
        expect(problemsOf(validatorOf('plan', ajv), JSON.parse(documents[0] ?? ''))).toEqual([]);
        expect(problemsOf(validatorOf('drift', ajv), JSON.parse(documents[1] ?? ''))).toEqual([]);
        const all = [...documents, planText(plan, PLAIN), driftText(plan, PLAIN)].join('');
        expect(all).not.toContain(CANARY);
      }),
      { numRuns: 500, seed: 1 },
    );
    expect([...seen].sort()).toEqual(['create', 'delete', 'forget', 'import', 'replace', 'update']);
  });

  it('name each change with its reason, once, in the order of the plan', () => {
    fc.assert(
      fc.property(world, (input) => {
        const plan = makePlan(input);
        const lines = planText(plan, PLAIN).split('\n');
        const heads = lines.filter((line) => /^.{3} \w+\.helios\..* (will be|must be) /.test(line));
        expect(heads).toHaveLength(plan.changes.length);
        plan.changes.forEach((change, index) => {
          expect(heads[index]).toContain(` ${change.address} `);
        });
        expect(lines.filter((line) => line.startsWith('      because: '))).toEqual(
          plan.changes.map((change) => `      because: ${change.reason}`),
        );
      }),
      { numRuns: 200 },
    );
  });
});
