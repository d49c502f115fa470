import { describe, expect, it } from 'vitest';
import { applySummaryText, outcomeText } from './apply.js';
import { PLAIN } from './style.js';
import { count } from './words.js';

const address = 'secret.helios.HF_TOKEN';

describe('outcomeText', () => {
  it.each([
    ['create', 'created'],
    ['update', 'updated'],
    ['replace', 'replaced'],
    ['delete', 'destroyed'],
    ['forget', 'forgotten'],
    ['import', 'imported'],
    ['noop', 'unchanged'],
  ] as const)('%s that was done', (action, word) => {
    expect(outcomeText(action, { status: 'done', address }, PLAIN)).toBe(`✓ ${address}: ${word}`);
  });

  it('tells what is to be known after it', () => {
    expect(outcomeText('update', { status: 'done', address, note: 'Two sessions are open.' }, PLAIN)).toBe(
      `✓ ${address}: updated\n    Note: Two sessions are open.`,
    );
  });

  it('tells what failed, whether it may have happened, and what to do', () => {
    const failed = { status: 'failed', address, message: 'no answer within 30 s' } as const;
    expect(outcomeText('create', failed, PLAIN)).toBe(`✗ ${address}: no answer within 30 s`);
    const more = { ...failed, mayHaveHappened: true, next: 'Run apply again.' };
    expect(outcomeText('create', more, PLAIN)).toBe(
      `✗ ${address}: no answer within 30 s (it may have taken effect anyway)\n    Next: Run apply again.`,
    );
  });

  it('tells what was not tried, and why', () => {
    const skipped = { status: 'skipped', address, message: 'not tried: its secret failed' } as const;
    expect(outcomeText('create', skipped, PLAIN)).toBe(`- ${address}: not tried: its secret failed`);
  });
});

describe('applySummaryText', () => {
  it('is not complete where the state could not be saved', () => {
    const sums = { added: 1, changed: 0, destroyed: 0, imported: 0, forgotten: 0, failed: 0, skipped: 0 };
    expect(applySummaryText(sums, false)).toBe(
      'Apply incomplete: all changes were made, but the state could not be saved. Resources: 1 added, 0 changed, 0 destroyed.',
    );
  });

  const none = { added: 0, changed: 0, destroyed: 0, imported: 0, forgotten: 0, failed: 0, skipped: 0 };

  it.each([
    [{}, 'Apply complete! Resources: 0 added, 0 changed, 0 destroyed.'],
    [{ added: 3, changed: 1 }, 'Apply complete! Resources: 3 added, 1 changed, 0 destroyed.'],
    [
      { imported: 1, forgotten: 2 },
      'Apply complete! Resources: 1 imported, 0 added, 0 changed, 0 destroyed, 2 forgotten.',
    ],
    [
      { added: 1, failed: 1, skipped: 2 },
      'Apply incomplete: 1 failed, 2 not tried. Resources: 1 added, 0 changed, 0 destroyed. What was done is kept; correct what failed and run it again for the rest.',
    ],
    [{ skipped: 1 }, 'Apply failed: 1 not tried. No change was completed.'],
  ])('%j', (some, text) => {
    expect(applySummaryText({ ...none, ...some })).toBe(text);
  });
});

describe('count', () => {
  it.each([
    [0, '0 files'],
    [1, '1 file'],
    [2, '2 files'],
  ])('%i', (number, text) => {
    expect(count(number, 'file')).toBe(text);
  });
});
