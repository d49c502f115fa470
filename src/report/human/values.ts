import { diffArrays } from 'diff';
import { SENSITIVE_TEXT, compareText } from '../../model/index.js';
import type { FieldChange, Plain } from '../../model/index.js';
import { displayWidth, quotedText } from '../printable.js';
import type { Style } from './style.js';

/** A list or map, or both sides of a change, are on one line where they take no more columns than this. */
const ONE_LINE = 80;
/** How many unchanged lines are shown before and after a changed one. */
const CONTEXT = 3;

/**
 * How the value of a field changes, as lines: the first comes after the `=`, the others below it. A sensitive field shows
 * neither side, whatever it carries. Nothing of what changes is cut off, however long it is.
 */
export function valueLines(field: FieldChange, style: Style): readonly string[] {
  const { action, sensitive } = field;
  if (sensitive) return [arrow(field, SENSITIVE_TEXT, SENSITIVE_TEXT, style)];
  const before = action === 'add' || action === 'keep' ? undefined : field.before;
  const after = action === 'remove' ? undefined : field.after;
  const sides = [before, after].filter((side) => side !== undefined);
  const kinds = new Set(sides.map(kindOf));
  const [kind] = kinds;
  if (kinds.size === 1 && kind !== undefined && isBlock(sides)) {
    return [kind, ...blockLines(linesOf(before), linesOf(after), action, style)];
  }
  const [from, to] = [inline(before), inline(after)];
  if (action === 'change' && displayWidth(from) + displayWidth(to) > ONE_LINE) {
    return [from, `${style.yellow('->')} ${to}`];
  }
  return [arrow(field, from, to, style)];
}

function arrow({ action }: FieldChange, from: string, to: string, style: Style): string {
  switch (action) {
    case 'add':
    case 'keep':
      return to;
    case 'remove':
      return `${from} ${style.dim('->')} (none)`;
    case 'change':
      return `${from} ${style.yellow('->')} ${to}`;
  }
}

/** What a value is that can take several lines. */
function kindOf(value: Plain): string | undefined {
  if (typeof value === 'string') return '(lines)';
  if (Array.isArray(value)) return '(list)';
  return typeof value === 'object' && value !== null ? '(map)' : undefined;
}

/** Whether values are better shown line by line: text of several lines, and long lists and maps. */
function isBlock(sides: readonly Plain[]): boolean {
  if (sides.some((side) => typeof side === 'string')) {
    return sides.some((side) => typeof side === 'string' && /\n./s.test(side));
  }
  return sides.reduce<number>((width, side) => width + displayWidth(inline(side)), 0) > ONE_LINE;
}

/** A value as JSON on one line, with air in it. */
function inline(value: Plain | undefined): string {
  if (value === undefined) return '(none)';
  if (Array.isArray(value)) return `[${value.map((item: Plain) => inline(item)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = entryLines(value as Readonly<Record<string, Plain>>);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  return typeof value === 'string' ? quotedText(value) : JSON.stringify(value);
}

/** The entries of a map, sorted: their order says nothing. */
function entryLines(value: Readonly<Record<string, Plain>>): readonly string[] {
  return Object.entries(value)
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, item]) => `${quotedText(key)}: ${inline(item)}`);
}

/** The lines of a text with what ends them, the items of a list, the entries of a map; each as it is shown. */
function linesOf(value: Plain | undefined): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.map((item: Plain) => inline(item));
  if (typeof value === 'object' && value !== null)
    return entryLines(value as Readonly<Record<string, Plain>>);
  return String(value)
    .split(/(?<=\n)/)
    .map(quotedText);
}

function blockLines(
  before: readonly string[],
  after: readonly string[],
  action: FieldChange['action'],
  style: Style,
): readonly string[] {
  if (action === 'keep') return after.map((line) => `  ${line}`);
  const parts = diffArrays([...before], [...after]);
  return parts.flatMap((part, index) => {
    if (part.added) return part.value.map((line) => `${style.green('+')} ${line}`);
    if (part.removed) return part.value.map((line) => `${style.red('-')} ${line}`);
    return unchangedLines(part.value, index > 0, index < parts.length - 1, style);
  });
}

/** Unchanged lines; of many, those near a change, and how many there are between. */
function unchangedLines(
  lines: readonly string[],
  hasBefore: boolean,
  hasAfter: boolean,
  style: Style,
): readonly string[] {
  const head = hasBefore ? CONTEXT : 0;
  const tail = hasAfter ? CONTEXT : 0;
  const hidden = lines.length - head - tail;
  const show = (line: string): string => `  ${line}`;
  if (hidden <= 1) return lines.map(show);
  return [
    ...lines.slice(0, head).map(show),
    style.dim(`  (${hidden} more, unchanged)`),
    ...lines.slice(lines.length - tail).map(show),
  ];
}
