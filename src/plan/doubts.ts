/*
 * What makes a destruction doubtful, however small: the configuration may be incomplete, out of date, or another one. Each asks for
 * `--max-deletes`, whose number then is the limit.
 */
import { groupBy, kindOf, problem } from '../model/index.js';
import type { Change, Diagnostic } from '../model/index.js';
import { isChangedByOthers } from './compare.js';
import type { PlanIndex } from './plan-index.js';

/**
 * Finds the reasons to ask before anything is destroyed.
 * @returns one error for each; none where `--max-deletes` was given
 */
export function checkDoubts(index: PlanIndex, changes: readonly Change[]): readonly Diagnostic[] {
  const { maxDeletes } = index.input;
  const deleted = changes.filter(({ action }) => action === 'delete');
  const destroyed = changes.filter(({ action }) => action === 'delete' || action === 'replace');
  if (maxDeletes !== undefined || destroyed.length === 0) return [];
  return [
    ...missingFiles(index, deleted),
    ...changedByOthers(index, deleted),
    ...outOfDate(index, destroyed),
    ...unrelated(index, destroyed),
  ];
}

/** A file of which every resource would be destroyed, since this run was not given it. */
function missingFiles(
  { input: { files }, records }: PlanIndex,
  deleted: readonly Change[],
): readonly Diagnostic[] {
  if (files === undefined) return [];
  const byFile = groupBy(deleted, ({ address }) => {
    const file = records.get(address)?.file;
    return file === undefined || files.includes(file) ? undefined : file;
  });
  return [...byFile].map(([file, changes]) =>
    problem({
      code: 'file-missing',
      summary: `The file ${file} is not part of this configuration any more: ${count(changes)} of it would be destroyed.`,
      detail: named(changes),
      next: `If it was left out by mistake, give it with -f. If it is gone for good: --max-deletes ${most(deleted)}`,
    }),
  );
}

/** Somebody else changed what would be destroyed. Who names it as a target knows what it is. */
function changedByOthers(
  { input, records, actual }: PlanIndex,
  deleted: readonly Change[],
): readonly Diagnostic[] {
  if (input.scope.targets.length > 0) return [];
  return deleted.flatMap(({ address, reason }) => {
    const record = records.get(address);
    const found = actual.get(address);
    if (record === undefined || found === undefined) return [];
    if (!isChangedByOthers(record, found, input.fingerprint)) return [];
    return [
      problem({
        code: 'changed-before-delete',
        summary: `${address} would be destroyed, and was changed by somebody else: ${reason}.`,
        next: `If it is to go all the same: --target '${address}', or --max-deletes ${most(deleted)}`,
        address,
      }),
    ];
  });
}

/** A configuration that was applied before, and that another one has followed. */
function outOfDate(
  { input: { state, configuration } }: PlanIndex,
  destroyed: readonly Change[],
): readonly Diagnostic[] {
  const [latest, ...earlier] = state?.configurations ?? [];
  const mine = earlier.find(({ digest }) => digest === configuration);
  if (latest === undefined || mine === undefined || latest.digest === configuration) return [];
  return [
    problem({
      code: 'out-of-date',
      summary: `This checkout may be out of date: its configuration was applied at ${mine.at}, and another one after it at ${latest.at}. ${count(destroyed)} would be destroyed.`,
      detail: named(destroyed),
      next: `Update the checkout and plan again. If this is a deliberate return: --max-deletes ${most(destroyed)}`,
    }),
  ];
}

/** A configuration that has nothing in common with what the stack owns. */
function unrelated(
  { input, records, desired }: PlanIndex,
  destroyed: readonly Change[],
): readonly Diagnostic[] {
  const { configuration, configured = [...desired.keys()], state, stack } = input;
  const isKnown = state?.configurations?.some(({ digest }) => digest === configuration) === true;
  const isRelated = configured.some((address) => records.has(address));
  if (isKnown || isRelated || configured.length === 0 || records.size === 0) return [];
  return [
    problem({
      code: 'unrelated-configuration',
      summary: `This configuration names nothing of what the stack ${stack} owns: it may be another one of the same name. ${count(destroyed)} would be destroyed.`,
      detail: named(destroyed),
      next: `Give it a \`stack:\` of its own. If it replaces the one before: --max-deletes ${most(destroyed)}`,
    }),
  ];
}

/** At most this many addresses are named in a message. */
const NAMED = 5;

function named(changes: readonly Change[]): string {
  const rest = changes.length > NAMED ? `, and ${changes.length - NAMED} more` : '';
  return `Among them: ${changes
    .slice(0, NAMED)
    .map(({ address }) => address)
    .join(', ')}${rest}.`;
}

function count({ length }: readonly Change[]): string {
  return length === 1 ? '1 resource' : `${length} resources`;
}

/** The number for `--max-deletes`, which counts each kind for itself. */
function most(changes: readonly Change[]): number {
  return Math.max(
    ...[...groupBy(changes, ({ address }) => kindOf(address)).values()].map(({ length }) => length),
  );
}
