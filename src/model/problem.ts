import type { Diagnostic } from './index.js';
import { rangeOf } from './source-text.js';
import type { Place } from './source-text.js';

/** What a problem says; see {@link Diagnostic}. */
export interface ProblemWords {
  readonly code: string;
  readonly summary: string;
  readonly detail?: string | undefined;
  readonly next?: string | undefined;
  readonly address?: string | undefined;
  readonly related?: readonly { readonly message: string; readonly at: Place }[] | undefined;
  readonly severity?: Diagnostic['severity'] | undefined;
}

/** A problem at a place. */
export function problemAt(place: Place, words: ProblemWords): Diagnostic {
  return {
    severity: words.severity ?? 'error',
    code: words.code,
    summary: words.summary,
    ...(words.detail === undefined ? {} : { detail: words.detail }),
    ...(words.next === undefined ? {} : { next: words.next }),
    range: rangeOf(place),
    ...(words.related === undefined
      ? {}
      : { related: words.related.map(({ message, at }) => ({ message, range: rangeOf(at) })) }),
    ...(words.address === undefined ? {} : { address: words.address }),
  };
}

/**
 * Problems in the order of the files, then of the lines, those without a place first. What two looks at one place found is said
 * once.
 */
export function inOrder(problems: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const order = new Map(files.map((file, at) => [file, at]));
  const key = ({ range }: Diagnostic): readonly [number, number, number] =>
    range === undefined ? [-1, 0, 0] : [order.get(range.file) ?? files.length, range.line, range.column];
  const said = new Set<string>();
  const once = problems.filter(({ code, summary, range }) => {
    // The schema and the fold of option names may write one path in two ways.
    const words = code === 'plain-secret' ? code : summary;
    const what = `${words} ${range?.file ?? ''}:${range?.line ?? 0}:${range?.column ?? 0}`;
    return !said.has(what) && said.add(what);
  });
  return once.sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
  });
}
