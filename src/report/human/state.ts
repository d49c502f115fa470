import { compareText, defined } from '../../model/index.js';
import type { FieldChange, StateRecord } from '../../model/index.js';
import type { StateEdit } from '../document.js';
import { fieldLines } from './fields.js';
import { printable, printableName } from '../printable.js';
import type { Style } from './style.js';

/** One address per line, for people and for pipes. */
export function addressLines(records: readonly StateRecord[]): string {
  return records.map((record) => `${printableName(record.address)}\n`).join('');
}

/** What the state records of one resource. It holds no value. */
export function recordText(record: StateRecord, style: Style): string {
  const { changedAt, changedBy, dependsOn } = record;
  const changed =
    changedAt === undefined ? [] : [`${changedAt}${changedBy === undefined ? '' : ` by ${changedBy}`}`];
  const facts: readonly (readonly [string, readonly string[]])[] = [
    ['id', [record.id]],
    ['last applied', [record.appliedAt]],
    ['last changed', changed],
    ['after', dependsOn],
    ['rules', rulesOf(record)],
  ];
  const lines = facts.flatMap(([name, texts]) =>
    texts.length === 0 ? [] : [`  ${style.dim(`${name}:`)} ${texts.map(printable).join(', ')}`],
  );
  const fields = [
    ...Object.entries(record.fields).map(([path, after]): FieldChange => ({
      path,
      action: 'keep',
      sensitive: false,
      after,
    })),
    ...record.sensitiveFields.map((path): FieldChange => ({
      path,
      action: 'keep',
      sensitive: true,
      ...defined({ note: record.fingerprints[path] === undefined ? 'no fingerprint' : undefined }),
    })),
  ].sort((a, b) => compareText(a.path, b.path));
  return `${[style.bold(printableName(record.address)), ...lines, ...fieldLines(fields, '    ', style)].join('\n')}\n`;
}

function rulesOf({ protect, onRemove, handedOver, deleting, unfinished }: StateRecord): readonly string[] {
  return [
    ...(protect === true ? ['protected'] : []),
    ...(onRemove === undefined ? [] : [`on_remove: ${onRemove}`]),
    ...(handedOver === true ? ['handed over (self: drop)'] : []),
    ...(deleting === true ? ['about to be destroyed by an interrupted run'] : []),
    ...(unfinished === true ? ['recorded after an interrupted run'] : []),
  ];
}

/** What was done to a state, in one line. */
export function stateEditText(edit: StateEdit, style: Style): string {
  const done = style.green('✓');
  switch (edit.action) {
    case 'moved':
      return `${done} ${printableName(edit.from)}: moved to ${printableName(edit.to)}`;
    case 'removed':
      return `${done} ${printableName(edit.address)}: forgotten (it stays in the system${edit.unmarked === true ? ', without the mark of this stack' : ''})`;
    case 'imported':
      return `${done} ${printableName(edit.address)}: imported (${printable(edit.id)}; ${edit.marked === true ? 'only its mark was set' : 'nothing changed'} in the system)`;
    case 'matched':
      return `${done} ${printableName(edit.address)}: matched by its mark and name (${printable(edit.from)} is ${printable(edit.to)} now)`;
    case 'unlocked':
      return `${done} The lock of ${printable(edit.holder.Who)} (${printable(edit.holder.Operation)}) was released.`;
    case 'rebound':
      return `${done} ${printable(edit.provider)}: bound to ${printableName(edit.to)} (was ${printableName(edit.from)})`;
    case 'rekeyed':
      return rekeyedText(edit, done);
    case 'pushed':
      return `${done} The state was written: serial ${edit.serial}, ${edit.records} record${edit.records === 1 ? '' : 's'}.`;
  }
}

function rekeyedText({ kept, dropped }: Extract<StateEdit, { action: 'rekeyed' }>, done: string): string {
  const lines = [
    `${done} The state has the new key: ${kept} fingerprint${kept === 1 ? '' : 's'} made again.`,
  ];
  if (dropped.length > 0) {
    lines.push(
      `  ${dropped.length} cannot be verified until ${dropped.length === 1 ? 'it is' : 'they are'} written next:`,
      ...dropped.map((field) => `  - ${printable(field)}`),
    );
  }
  return lines.join('\n');
}
