/*
 * Destruction is asked for. A plan that destroys much of what there is most likely comes from a mistake: a file left out, a
 * list emptied by a template, a wrong branch. So beyond a threshold it is refused unless somebody says how much is meant.
 */
import { groupBy, kindOf } from '../model/index.js';
import type { Change, Diagnostic, StateRecord } from '../model/index.js';

/** How much of each kind may be destroyed: so many resources, or so many in a hundred of what is there. */
export type MaxDeletes = { readonly count: number } | { readonly percent: number };

/** Without a word about it: fewer than this many of a kind, or at most that many in a hundred. */
const USUAL = { count: 2, percent: 30 };

/**
 * Checks how much of each kind a plan destroys; a replacement destroys. What is forgotten is not destroyed, and what goes
 * with its parent without a step of its own is not counted.
 * @param records what the state owns, all of it, whatever the scope of the run
 * @param allowed what the one who runs it allows; instead of the usual threshold, for every kind
 * @returns one error for each kind of which too much would go
 */
export function checkDeletes(
  changes: readonly Change[],
  records: Iterable<StateRecord>,
  allowed: MaxDeletes | undefined,
): readonly Diagnostic[] {
  const going = groupBy(
    changes.filter(({ action }) => action === 'delete' || action === 'replace'),
    ({ address }) => kindOf(address),
  );
  const owned = groupBy(records, ({ address }) => kindOf(address));
  return [...going].flatMap(([kind, doomed]) => {
    // Members that somebody else put on a list of ours are not owned, and are destroyed all the same.
    const all = new Set([...(owned.get(kind) ?? []), ...doomed].map((one) => one.address));
    return isAllowed(doomed.length, all.size, allowed) ? [] : [tooMany(kind, doomed, all.size)];
  });
}

function isAllowed(count: number, total: number, allowed: MaxDeletes | undefined): boolean {
  if (allowed === undefined) return count <= USUAL.count || count * 100 <= USUAL.percent * total;
  return 'count' in allowed ? count <= allowed.count : count * 100 <= allowed.percent * total;
}

/** How many addresses a message names. */
const NAMED = 5;

function tooMany(kind: string, doomed: readonly Change[], total: number): Diagnostic {
  const count = doomed.length;
  const named = doomed.slice(0, NAMED).map((change) => change.address);
  const rest = count > NAMED ? `, and ${count - NAMED} more` : '';
  const percent = Math.ceil((count * 100) / total);
  return {
    severity: 'error',
    code: 'too-many-deletes',
    summary: `This would destroy ${count} of ${total} resources of the kind ${kind}.`,
    detail: `Among them: ${named.join(', ')}${rest}.`,
    next: `If that is meant, allow it: --max-deletes ${count} (or ${percent}%).`,
  };
}
