import type { Diagnostic, SourceRange } from '../../model/index.js';
import { displayWidth, printable, printableLines, printableName } from '../printable.js';
import type { Style } from './style.js';

/** `file:line:column`, as editors and CI systems understand it. */
export function placeOf(range: SourceRange): string {
  return `${printable(range.file)}:${range.line}:${range.column}`;
}

/** One diagnostic as text: what is wrong, where, the line with a caret under it, and what to do next. */
export function diagnosticText(diagnostic: Diagnostic, style: Style): string {
  const { summary, detail, next, range, address, related } = diagnostic;
  const lines = [`${title(diagnostic, style)} ${style.bold(printable(summary))}`];
  const about = address === undefined || summary.includes(address) ? '' : printableName(address);
  if (range !== undefined) {
    const suffix = about === '' ? '' : ` (${about})`;
    lines.push(`  ${style.cyan(placeOf(range))}${suffix}`, ...excerptLines(range, style));
  } else if (about !== '') lines.push(`  ${style.cyan(about)}`);
  for (const other of related ?? []) {
    lines.push(
      `  ${style.cyan(placeOf(other.range))} ${printable(other.message)}`,
      ...excerptLines(other.range, style),
    );
  }
  if (detail !== undefined) lines.push(...printableLines(detail).map((line) => `  ${line}`));
  if (next !== undefined) lines.push(`  ${style.dim('Next:')} ${printable(next)}`);
  return `${lines.join('\n')}\n`;
}

/** All of them, worst last where the eye rests, an empty line between; empty text for none. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], style: Style): string {
  const rank = { info: 0, warning: 1, error: 2 } as const;
  return [...diagnostics]
    .sort((a, b) => rank[a.severity] - rank[b.severity])
    .map((diagnostic) => diagnosticText(diagnostic, style))
    .join('\n');
}

function title({ severity }: Diagnostic, style: Style): string {
  switch (severity) {
    case 'error':
      return style.red('Error:');
    case 'warning':
      return style.yellow('Warning:');
    case 'info':
      return style.dim('Note:');
  }
}

/**
 * The line and carets under the place. Columns count UTF-16 units; the text before the carets is measured as the terminal
 * shows it: a tab stays a tab, wide characters take two columns, and what is escaped takes the width of its escape.
 */
function excerptLines(range: SourceRange, style: Style): readonly string[] {
  const { excerpt, line, column, endLine, endColumn } = range;
  if (excerpt === undefined || excerpt === '') return [];
  const number = String(line);
  const gutter = ' '.repeat(number.length);
  const start = Math.max(0, Math.min(column - 1, excerpt.length));
  const end = endLine === line ? Math.max(start, Math.min(endColumn - 1, excerpt.length)) : excerpt.length;
  const before = excerpt
    .slice(0, start)
    .split('\t')
    .map((part) => ' '.repeat(displayWidth(printableName(part))));
  const carets = '^'.repeat(Math.max(1, displayWidth(withTabs(excerpt.slice(start, end)))));
  return [
    `    ${style.dim(`${number} |`)} ${withTabs(excerpt)}`,
    `    ${style.dim(`${gutter} |`)} ${before.join('\t')}${style.red(carets)}`,
  ];
}

function withTabs(text: string): string {
  return text.split('\t').map(printableName).join('\t');
}
