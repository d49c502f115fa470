/*
 * A plan that destroys a large part of what exists is most likely a mistake: a file left out, a list emptied by a template, a
 * wrong branch. Beyond a threshold it is refused unless `--max-deletes` allows it.
 */
import { groupBy, kindOf, problem } from '../model/index.js';
import type { Change, Diagnostic, StateRecord } from '../model/index.js';

/** How much of each kind may be destroyed: a number of resources, or a percentage of those that exist. */
export type MaxDeletes = { readonly count: number } | { readonly percent: number };

/** The threshold without `--max-deletes`: at most this many of a kind, or this percentage of it; never all of it. */
const USUAL = { count: 2, percent: 30 };

/**
 * Checks how much of each kind a plan destroys. Replacements count; what is forgotten, or removed with its parent without a step
 * of its own, does not.
 * @param records everything that the state owns, whatever the scope of the run
 * @param allowed `--max-deletes`, for every kind; the usual threshold where absent
 * @returns one error for each kind of which too much would be destroyed
 */
export function checkDeletes(
  changes: readonly Change[],
  records: Iterable<StateRecord>,
  allowed: MaxDeletes | undefined,
): readonly Diagnostic[] {
  const destroyed = groupBy(
    // What was copied is not lost.
    changes.filter(
      ({ action, movedTo }) => (action === 'delete' && movedTo === undefined) || action === 'replace',
    ),
    ({ address }) => kindOf(address),
  );
  const owned = groupBy(records, ({ address }) => kindOf(address));
  return [...destroyed].flatMap(([kind, changed]) => {
    // Members that somebody else added to a list of ours are destroyed though nobody owns them.
    const all = new Set([...(owned.get(kind) ?? []), ...changed].map(({ address }) => address));
    const isAll = allowed === undefined && isAllOf(owned.get(kind) ?? [], changed);
    return !isAll && isAllowed(changed.length, all.size, allowed) ? [] : [tooMany(kind, changed, all.size)];
  });
}

/** Whether nothing would be left of what the state owns of a kind; what is replaced is. */
function isAllOf(owned: readonly StateRecord[], changed: readonly Change[]): boolean {
  const deleted = new Set(changed.filter(({ action }) => action === 'delete').map(({ address }) => address));
  return owned.length > 0 && owned.every(({ address }) => deleted.has(address));
}

function isAllowed(count: number, total: number, allowed: MaxDeletes | undefined): boolean {
  if (allowed === undefined) return count <= USUAL.count || count * 100 <= USUAL.percent * total;
  return 'count' in allowed ? count <= allowed.count : count * 100 <= allowed.percent * total;
}

/** At most this many addresses are named in a message. */
const NAMED = 5;

function tooMany(kind: string, destroyed: readonly Change[], total: number): Diagnostic {
  const count = destroyed.length;
  const named = destroyed.slice(0, NAMED).map((change) => change.address);
  const rest = count > NAMED ? `, and ${count - NAMED} more` : '';
  const percent = Math.ceil((count * 100) / total);
  return problem({
    code: 'too-many-deletes',
    summary: `This would destroy ${count} of ${total} resources of the kind ${kind}.`,
    detail: `Among them: ${named.join(', ')}${rest}.`,
    next: `If that is intended, allow it: --max-deletes ${count} (or ${percent}%).`,
  });
}
