import type { Diagnostic, SourceRange } from '../model/index.js';
import type { Style } from './style.js';

/** `file:line:column`, as editors and CI systems understand it. */
export function placeOf(range: SourceRange): string {
  return `${range.file}:${range.line}:${range.column}`;
}

/** One diagnostic as text: what is wrong, where, the line with a caret under it, and what to do next. */
export function diagnosticText(diagnostic: Diagnostic, style: Style): string {
  const { summary, detail, next, range, address, related } = diagnostic;
  const lines = [`${title(diagnostic, style)} ${style.bold(summary)}`];
  if (range !== undefined) {
    const about = address === undefined || summary.includes(address) ? '' : ` (${address})`;
    lines.push(`  ${style.cyan(placeOf(range))}${about}`, ...excerptLines(range, style));
  }
  for (const other of related ?? []) {
    lines.push(`  ${style.cyan(placeOf(other.range))} ${other.message}`, ...excerptLines(other.range, style));
  }
  if (detail !== undefined) lines.push(...detail.split('\n').map((line) => `  ${line}`));
  if (next !== undefined) lines.push(`  ${style.dim('Next:')} ${next}`);
  return `${lines.join('\n')}\n`;
}

/** All of them, worst last where the eye rests, an empty line between; empty text for none. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], style: Style): string {
  const rank = { info: 0, warning: 1, error: 2 } as const;
  return [...diagnostics]
    .sort((a, b) => rank[a.severity] - rank[b.severity])
    .map((one) => diagnosticText(one, style))
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

/** The line and a caret under the place. Tabs are kept in front of the caret, so that it stands right. */
function excerptLines(range: SourceRange, style: Style): readonly string[] {
  const { excerpt, line, column, endLine, endColumn } = range;
  if (excerpt === undefined || excerpt === '') return [];
  const number = String(line);
  const gutter = ' '.repeat(number.length);
  const before = excerpt.slice(0, column - 1).replace(/[^\t]/g, ' ');
  const end = endLine === line ? endColumn : excerpt.length + 1;
  const carets = '^'.repeat(Math.max(1, Math.min(end, excerpt.length + 1) - column));
  return [
    `    ${style.dim(`${number} |`)} ${excerpt}`,
    `    ${style.dim(`${gutter} |`)} ${before}${style.red(carets)}`,
  ];
}
