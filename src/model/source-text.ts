import { defined } from './defined.js';
import type { SourceRange } from './source.js';

/** A span of a text: offsets in UTF-16 units, the end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text of one file, and what is needed to point into it. */
export interface SourceText {
  /** The path as shown to people. */
  readonly file: string;
  /** The folder of the file, absolute. */
  readonly folder: string;
  readonly text: string;
  /** The offset at which each line starts. */
  readonly lineStarts: readonly number[];
  /** Spans that must not be shown, sorted, not overlapping. */
  readonly hidden: readonly Span[];
}

/** A span of one file. */
export interface Place extends Span {
  readonly source: SourceText;
}

/** Longer lines (a whole file on one line) are not shown. */
const LONGEST_EXCERPT = 400;
/** Replaces each hidden character, so that columns stay the same. */
const MASK = '•';

/** The offsets at which the lines of a text start. */
export function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The index of the last of some sorted offsets that is at most `offset`. */
function lastAtOrBefore(offsets: readonly number[], offset: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Whether any part of a span is hidden. */
export function isHidden(source: SourceText, { start, end }: Span): boolean {
  return hiddenWithin(source, start, end).length > 0;
}

/** The hidden spans that overlap a span. */
function hiddenWithin({ hidden }: SourceText, start: number, end: number): readonly Span[] {
  let low = 0;
  let high = hidden.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hidden[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const overlapping: Span[] = [];
  for (let at = low; at < hidden.length; at += 1) {
    const span = hidden[at];
    if (span === undefined || span.start >= end) break;
    overlapping.push(span);
  }
  return overlapping;
}

/** A line, safe to print: hidden text masked, tabs as arrows, control characters replaced; columns stay the same. */
function excerptOf(source: SourceText, line: number): string | undefined {
  const start = source.lineStarts[line] ?? 0;
  const next = source.lineStarts[line + 1];
  const raw = source.text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, '');
  if (raw.length > LONGEST_EXCERPT) return undefined;
  let shown = '';
  let at = 0;
  for (const span of hiddenWithin(source, start, start + raw.length)) {
    const from = Math.max(span.start - start, at);
    const to = Math.min(span.end - start, raw.length);
    shown += raw.slice(at, from) + MASK.repeat(to - from);
    at = to;
  }
  shown += raw.slice(at);
  return shown
    .replace(/\t/g, '→')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (control) => '�'.repeat(control.length));
}

/** The index of the line of an offset. */
export function lineAt({ lineStarts }: SourceText, offset: number): number {
  return lastAtOrBefore(lineStarts, offset);
}

/** The range of a place, with its line, safe to print. */
export function rangeOf({ source, start, end }: Place): SourceRange {
  const line = lastAtOrBefore(source.lineStarts, start);
  const endLine = lastAtOrBefore(source.lineStarts, Math.max(start, end));
  const excerpt = excerptOf(source, line);
  return {
    file: source.file,
    line: line + 1,
    column: start - (source.lineStarts[line] ?? 0) + 1,
    endLine: endLine + 1,
    endColumn: Math.max(start, end) - (source.lineStarts[endLine] ?? 0) + 1,
    ...defined({ excerpt }),
  };
}
