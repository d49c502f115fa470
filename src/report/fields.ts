import { diffLines } from 'diff';
import { SENSITIVE_TEXT } from '../model/index.js';
import type { FieldChange, Plain } from '../model/index.js';
import type { Style } from './style.js';

/** The lines that show field changes, their `=` lined up. */
export function fieldLines(fields: readonly FieldChange[], indent: string, style: Style): readonly string[] {
  const width = Math.max(0, ...fields.map((field) => field.path.length));
  return fields.flatMap((field) => {
    const name = field.path.padEnd(width);
    const notes = [
      ...(field.forcesReplacement === true ? ['forces replacement'] : []),
      ...(field.note === undefined ? [] : [field.note]),
    ];
    const note = notes.length === 0 ? '' : ` ${style.dim(`# ${notes.join('; ')}`)}`;
    const [first = '', ...rest] = valueLines(field, style);
    const head = `${indent}${fieldSign(field, style)} ${name} = ${first}${note}`;
    return [head, ...rest.map((line) => `${indent}    ${line}`)];
  });
}

function fieldSign(field: FieldChange, style: Style): string {
  switch (field.action) {
    case 'add':
      return style.green('+');
    case 'remove':
      return style.red('-');
    case 'change':
      return style.yellow('~');
    case 'keep':
      return ' ';
  }
}

function valueLines(field: FieldChange, style: Style): readonly string[] {
  const { before, after } = field;
  const show = (side: Plain | undefined): string =>
    field.sensitive || side === undefined ? SENSITIVE_TEXT : JSON.stringify(side);
  switch (field.action) {
    case 'add':
    case 'keep':
      return [show(after)];
    case 'remove':
      return [`${show(before)} ${style.dim('->')} (none)`];
    case 'change':
      return isText(before) && isText(after) && (before.includes('\n') || after.includes('\n'))
        ? lineDiff(before, after, style)
        : [`${show(before)} ${style.yellow('->')} ${show(after)}`];
  }
}

function isText(value: Plain | undefined): value is string {
  return typeof value === 'string';
}

function lineDiff(before: string, after: string, style: Style): readonly string[] {
  const lines = diffLines(before, after).flatMap((part) => {
    const sign = part.added ? style.green('+') : part.removed ? style.red('-') : ' ';
    return part.value
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${sign} ${line}`);
  });
  return ['(text)', ...lines];
}
