import type { DriftEntry, DriftReport } from '../../model/index.js';
import { fieldLines } from './fields.js';
import { nothingIn, undecidedText, unmanagedText, unverifiedText } from './findings.js';
import { rotationText, unreachableText } from './plan.js';
import { printable, printableName } from '../printable.js';
import type { Style } from './style.js';
import { count, signOf } from './words.js';

const INDENT = '      ';

/** What drifted, for people: exactly what, by whom and since when, as far as the systems know. */
export function driftText(plan: DriftReport, style: Style): string {
  const parts = [
    ...plan.drift.map((entry) => entryText(entry, style)),
    ...rotationText(plan.rotation, style),
    ...undecidedText(plan.undecided, style),
    ...unmanagedText(plan.unmanaged, style),
    ...unverifiedText(plan.unverified, style),
    ...unreachableText(plan.unreachable, style),
    style.bold(verdict(plan)),
  ];
  return `${parts.join('\n\n')}\n`;
}

function verdict(plan: DriftReport): string {
  if (plan.drift.length > 0) {
    const verb = plan.drift.length === 1 ? 'differs' : 'differ';
    return `Drift: ${count(plan.drift.length, 'resource')} ${verb} from what was last applied. Run \`secrets plan\` to see what would restore it.`;
  }
  return nothingIn('No drift', plan) ?? 'No drift. The systems hold what was last applied.';
}

function entryText(entry: DriftEntry, style: Style): string {
  const action = {
    changed: 'update',
    missing: 'delete',
    added: 'create',
    replaced: 'replace',
    renamed: 'update',
  } as const;
  return [
    `${signOf(action[entry.kind], style)} ${style.bold(printableName(entry.address))} ${what(entry)}`,
    `${INDENT}${style.dim(since(entry))}`,
    ...fieldLines(entry.fields, INDENT, style),
  ].join('\n');
}

function what(entry: DriftEntry): string {
  const by = entry.changedBy === undefined ? '' : ` by ${printable(entry.changedBy)}`;
  switch (entry.kind) {
    case 'changed':
      return `was changed${by}`;
    case 'missing':
      return entry.mayBeHidden === true ? 'is gone, or no longer visible to this identity' : 'is gone';
    case 'added':
      return `was added${by}`;
    case 'renamed':
      return `was renamed${by}: it is ${printable(entry.to ?? '')} now`;
    case 'replaced':
      return `was recreated outside this stack${by}; no longer managed by it`;
  }
}

function since(entry: DriftEntry): string {
  const last = entry.lastAppliedAt === undefined ? '' : `last applied ${printable(entry.lastAppliedAt)}`;
  if (entry.changedAt === undefined) return last === '' ? 'since: unknown' : `since: after it was ${last}`;
  return `since: ${printable(entry.changedAt)}${last === '' ? '' : ` (${last})`}`;
}
