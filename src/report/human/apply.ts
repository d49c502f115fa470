import type { Action, Outcome } from '../../model/index.js';
import type { ApplySums } from '../document.js';
import { printable, printableName } from '../printable.js';
import type { Style } from './style.js';
import { wasDone } from './words.js';

/** What became of one change: one line, and one more where there is something to do. */
export function outcomeText(action: Action, outcome: Outcome, style: Style): string {
  const address = printableName(outcome.address);
  switch (outcome.status) {
    case 'done': {
      const note = outcome.note === undefined ? '' : `\n    ${style.dim('Note:')} ${printable(outcome.note)}`;
      return `${style.green('✓')} ${address}: ${wasDone(action)}${note}`;
    }
    case 'failed': {
      const next = outcome.next === undefined ? '' : `\n    ${style.dim('Next:')} ${printable(outcome.next)}`;
      const maybe = outcome.mayHaveHappened === true ? ' (it may have taken effect anyway)' : '';
      return `${style.red('✗')} ${address}: ${printable(outcome.message)}${maybe}${next}`;
    }
    case 'skipped':
      return `${style.yellow('-')} ${address}: ${printable(outcome.message)}`;
  }
}

/**
 * `Apply complete! Resources: 3 added, 1 changed, 0 destroyed.`
 * @param isSaved whether the state has what was done
 */
export function applySummaryText(sums: ApplySums, isSaved = true): string {
  const parts = [
    ...(sums.imported > 0 ? [`${sums.imported} imported`] : []),
    `${sums.added} added`,
    `${sums.changed} changed`,
    `${sums.destroyed} destroyed`,
    ...(sums.forgotten > 0 ? [`${sums.forgotten} forgotten`] : []),
  ].join(', ');
  if (sums.failed === 0 && sums.skipped === 0) {
    return isSaved
      ? `Apply complete! Resources: ${parts}.`
      : `Apply incomplete: all changes were made, but the state could not be saved. Resources: ${parts}.`;
  }
  const missing = [
    ...(sums.failed > 0 ? [`${sums.failed} failed`] : []),
    ...(sums.skipped > 0 ? [`${sums.skipped} not tried`] : []),
  ].join(', ');
  const done = sums.imported + sums.added + sums.changed + sums.destroyed + sums.forgotten;
  if (done === 0) return `Apply failed: ${missing}. No change was completed.`;
  return `Apply incomplete: ${missing}. Resources: ${parts}. What was done is kept; correct what failed and run it again for the rest.`;
}
