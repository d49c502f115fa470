import type { Action, Change, Plan, PlanSummary, RotationNote, Unreachable } from '../../model/index.js';
import { fieldLines } from './fields.js';
import { nothingIn, undecidedText, unmanagedText, unverifiedText } from './findings.js';
import { displayWidth, printable, printableName } from '../printable.js';
import type { Style } from './style.js';
import { count, signOf, willBe } from './words.js';

const INDENT = '      ';
/** How many columns a list of addresses may take before it goes on in the next line. */
const LINE = 100;

/** A plan for people: every change with its reason and fields, in the order in which they are done, and the sums. */
export function planText(plan: Plan, style: Style): string {
  const blocks = plan.changes.map((change) => changeText(change, style));
  const parts = [
    ...(blocks.length === 0
      ? []
      : [`secrets will perform the following actions:\n\n${legend(plan, style)}`, ...blocks]),
    ...rotationText(plan.rotation, style),
    ...undecidedText(plan.undecided, style),
    ...unmanagedText(plan.unmanaged, style),
    ...unverifiedText(plan.unverified, style),
    ...unreachableText(plan.unreachable, style),
    style.bold(verdict(plan)),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** `Plan: 3 to add, 1 to change, 0 to destroy.` */
export function summaryText(summary: PlanSummary): string {
  const parts = [
    ...(summary.import > 0 ? [`${summary.import} to import`] : []),
    `${summary.add} to add`,
    `${summary.change} to change`,
    `${summary.destroy} to destroy`,
    ...(summary.forget > 0 ? [`${summary.forget} to forget`] : []),
  ];
  return `Plan: ${parts.join(', ')}.`;
}

function verdict(plan: Plan): string {
  const refused = plan.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const sums = summaryText(plan.summary);
  if (refused > 0) return `${sums} It is refused: ${count(refused, 'error')}.`;
  if (plan.changes.length > 0) return sums;
  return nothingIn('No changes', plan) ?? 'No changes. Your secrets match the configuration.';
}

function legend(plan: Plan, style: Style): string {
  const order: readonly Action[] = ['create', 'update', 'delete', 'replace', 'import', 'forget'];
  const used = new Set(plan.changes.map((change) => change.action));
  const names: Record<Action, string> = {
    create: 'create',
    update: 'update in-place',
    delete: 'destroy',
    replace: 'destroy and then create replacement',
    import: 'import',
    forget: 'forget',
    noop: 'nothing',
  };
  return order
    .filter((action) => used.has(action))
    .map((action) => `${signOf(action, style)} ${names[action]}`)
    .join('\n');
}

function changeText(change: Change, style: Style): string {
  const after = change.after.filter((address) => !livesIn(change.address, address));
  const lines = [
    `${signOf(change.action, style)} ${style.bold(printableName(change.address))} ${willBe(change)}`,
    `${INDENT}${style.dim(`because: ${printable(change.reason)}`)}`,
    ...wrapped(after.map(printableName), '         ').map(
      (line, index) => `${INDENT}${style.dim(`${index === 0 ? 'after:   ' : ''}${line}`)}`,
    ),
    ...fieldLines(change.fields, INDENT, style),
  ];
  return lines.join('\n');
}

/** Whether one resource lives in another: the address of the parent is that of the child without kind and member. */
function livesIn(child: string, parent: string): boolean {
  const [inner, outer] = [child, parent].map((address) => address.slice(address.indexOf('.')));
  return inner?.startsWith(`${outer ?? ''}/`) === true;
}

/** Names with commas between, in lines that are not too long; all but the first line are indented. */
function wrapped(names: readonly string[], indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  names.forEach((name, index) => {
    const piece = index < names.length - 1 ? `${name},` : name;
    if (line !== '' && displayWidth(line) + displayWidth(piece) >= LINE) {
      lines.push(line);
      line = `${indent}${piece}`;
    } else line = line === '' ? piece : `${line} ${piece}`;
  });
  return line === '' ? lines : [...lines, line];
}

/** What is overdue for rotation, or soon will be. */
export function rotationText(notes: readonly RotationNote[], style: Style): readonly string[] {
  if (notes.length === 0) return [];
  const lines = notes.map((note) => {
    const [address, dueAt] = [printableName(note.address), printable(note.dueAt)];
    const last = `(last changed ${printable(note.changedAt)})`;
    return note.status === 'overdue'
      ? `  ${style.red('!')} ${address} is overdue for rotation since ${dueAt} ${last}`
      : `  ${style.yellow('!')} ${address} is due for rotation by ${dueAt} ${last}`;
  });
  return [`Rotation:\n${lines.join('\n')}`];
}

/** What could not be seen, and why. */
export function unreachableText(systems: readonly Unreachable[], style: Style): readonly string[] {
  return systems.map((system) => {
    const next = system.next === undefined ? '' : `\n  ${style.dim('Next:')} ${printable(system.next)}`;
    return `${style.yellow('Not seen:')} ${printable(system.provider)}: ${printable(system.message)}${next}\n  Nothing can be said about its resources, and nothing is planned for them.`;
  });
}
