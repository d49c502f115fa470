import { problem } from '../model/index.js';
import type { Change, Diagnostic } from '../model/index.js';
import type { PlanIndex } from './plan-index.js';

/**
 * Warns of generated values that a plan destroys or replaces: the system alone has them, and what the configuration generates next is
 * another one.
 */
export function checkLostValues(
  { desired, records }: Pick<PlanIndex, 'desired' | 'records'>,
  changes: readonly Change[],
): readonly Diagnostic[] {
  return changes.flatMap((change) => {
    const { address, action } = change;
    const wanted = desired.get(address);
    const made = new Set(wanted?.generated);
    const paths =
      action === 'delete'
        ? (records.get(address)?.generated ?? []).filter((path) => !isCopied(desired, change, path))
        : change.fields
            .filter((field) => field.action === 'change' && made.has(field.path))
            .map(({ path }) => path)
            .filter((path) => wanted?.unpinned?.includes(path) === true);
    if (paths.length === 0) return [];
    const how = action === 'delete' ? 'destroyed' : 'replaced';
    return [
      problem({
        severity: 'warning',
        code: 'generated-value-lost',
        summary: `${address}: its generated ${paths.join(', ')} is kept nowhere else; once ${how}, nothing brings the old one back.`,
        next: paths.includes('value')
          ? `If it may still be needed, save it first: secrets get ${address}`
          : 'If it may still be needed, save it first.',
        address,
      }),
    ];
  });
}

/** Whether the copy of a moved object gets this value too: one from a source, or a new one, takes its place there. */
function isCopied(desired: PlanIndex['desired'], { movedTo }: Change, path: string): boolean {
  const copy = movedTo === undefined ? undefined : desired.get(movedTo.address);
  return copy?.generated?.includes(path) === true && copy.unpinned?.includes(path) !== true;
}
