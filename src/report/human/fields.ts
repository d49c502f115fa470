import type { FieldChange } from '../../model/index.js';
import { displayWidth, printable, printableName } from '../printable.js';
import type { Style } from './style.js';
import { valueLines } from './values.js';

/**
 * The lines that show field changes, their `=` lined up.
 * @param indent the start of every line
 */
export function fieldLines(fields: readonly FieldChange[], indent: string, style: Style): readonly string[] {
  const names = fields.map((field) => printableName(field.path));
  const column = names.reduce((width, name) => Math.max(width, displayWidth(name)), 0);
  return fields.flatMap((field, index) => {
    const name = names[index] ?? '';
    const padding = ' '.repeat(column - displayWidth(name));
    const [first = '', ...rest] = valueLines(field, style);
    const head = `${indent}${fieldSign(field, style)} ${name}${padding} = ${first}${remark(field, style)}`;
    return [head, ...rest.map((line) => `${indent}    ${line}`)];
  });
}

function remark({ forcesReplacement, note }: FieldChange, style: Style): string {
  const notes = [
    ...(forcesReplacement === true ? ['forces replacement'] : []),
    ...(note === undefined ? [] : [printable(note)]),
  ];
  return notes.length === 0 ? '' : ` ${style.dim(`# ${notes.join('; ')}`)}`;
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
