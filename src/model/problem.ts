import { defined } from './defined.js';
import { DiagnosticError } from './diagnostic.js';
import type { Diagnostic, Severity } from './diagnostic.js';
import { rangeOf } from './source-text.js';
import type { Place } from './source-text.js';
import type { SourceRange } from './source.js';

/** The parts of a problem; see {@link Diagnostic}. */
export interface ProblemWords {
  /** `error` where absent. */
  readonly severity?: Severity | undefined;
  readonly code: string;
  readonly summary: string;
  /** One line, whatever names are in it; of several, each. */
  readonly detail?: string | readonly string[] | undefined;
  readonly next?: string | undefined;
  readonly address?: string | undefined;
  /** Where it is in the files: a place in a text, or its range. */
  readonly at?: Place | SourceRange | undefined;
  readonly related?: readonly { readonly message: string; readonly at: Place | SourceRange }[] | undefined;
}

/** Makes a diagnostic. Everything that reports a problem uses this. */
export function problem(words: ProblemWords): Diagnostic {
  const { severity = 'error', code, summary, detail, next, address, at, related } = words;
  return {
    severity,
    code,
    summary,
    ...defined({
      detail: typeof detail === 'string' ? oneLine(detail) : detail?.map(oneLine).join('\n'),
      next,
      range: at && toRange(at),
      related: related?.map(({ message, at: place }) => ({ message, range: toRange(place) })),
      address,
    }),
  };
}

const BREAKS: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** A newline in a name from outside would begin a line that looks like ours. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]/g, (found) => BREAKS[found] ?? '');
}

/** Makes an error that carries one diagnostic: what verbs throw. */
export function problemError(words: ProblemWords): DiagnosticError {
  return new DiagnosticError([problem(words)]);
}

function toRange(at: Place | SourceRange): SourceRange {
  return 'source' in at ? rangeOf(at) : at;
}

/** Makes a diagnostic about a place in a text. */
export function problemAt(place: Place, words: ProblemWords): Diagnostic {
  return problem({ ...words, at: place });
}

/**
 * Sorts problems by file and line, those without a place first. Of duplicates at one place the first is kept.
 */
export function inFileOrder(problems: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const order = new Map(files.map((file, at) => [file, at]));
  const key = ({ range }: Diagnostic): readonly [number, number, number] =>
    range === undefined ? [-1, 0, 0] : [order.get(range.file) ?? files.length, range.line, range.column];
  const kept = new Set<string>();
  const distinct = problems.filter(({ code, summary, range }) => {
    // The schema and the option table may name the path of one secret in two ways.
    const words = code === 'plain-secret' ? code : summary;
    const text = `${words} ${range?.file ?? ''}:${range?.line ?? 0}:${range?.column ?? 0}`;
    return !kept.has(text) && kept.add(text);
  });
  return distinct.sort((diagnostic, other) => {
    const [a, b] = [key(diagnostic), key(other)];
    return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
  });
}
