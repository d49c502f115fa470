import type { Lexeme } from '../parse/lexemes.js';
import type { Excerpts } from './excerpts.js';
import type { Span } from '../../model/source-text.js';

/** Pieces of YAML that can hold a value; everything else is punctuation and white space. */
const TEXT_TYPES = new Set([
  'scalar',
  'single-quoted-scalar',
  'double-quoted-scalar',
  'comment',
  'anchor',
  'alias',
  'tag',
  'directive-line',
  'error',
]);

/**
 * What to hide of a file: every text but the spans that may be shown. Comments are hidden too, since an old value
 * may be left in one.
 * @param shown start and end of each text that may be shown
 */
export function hideAllBut(lexemes: readonly Lexeme[], shown: ReadonlyMap<number, number>): Span[] {
  return lexemes
    .filter(({ type, start, end }) => TEXT_TYPES.has(type) && start < end && shown.get(start) !== end)
    .map(({ start, end }) => ({ start, end }));
}

/** What comes before the first key of a line. */
const BEFORE_FIRST = new Set(['newline', 'seq-item-ind', 'doc-start']);
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,40}$/;

/**
 * What may be shown of a file that is not YAML: words of the language where they are keys, names that are the first key of
 * a line (after another key it may be a value with a colon in it), and the values of a few keys where they look as they
 * should.
 */
export function shownWithoutTree(
  lexemes: readonly Lexeme[],
  { knownKeys, shownAnywhere }: Excerpts,
): Map<number, number> {
  const shown = new Map<number, number>();
  const solid = lexemes.filter(({ type }) => type !== 'mark' && type !== 'space');
  const mayShow = (lexeme: Lexeme, at: number): boolean => {
    const before = solid[at - 1]?.type;
    if (solid[at + 1]?.type === 'map-value-ind') {
      const isFirst = BEFORE_FIRST.has(before ?? 'newline') && NAME.test(lexeme.text);
      return isFirst || knownKeys.has(lexeme.text);
    }
    const key = before === 'map-value-ind' ? (solid[at - 2]?.text ?? '') : '';
    return shownAnywhere.has(key) && looksPlain(key, lexeme.text);
  };
  solid.forEach((lexeme, at) => {
    if (lexeme.type === 'scalar' && mayShow(lexeme, at)) shown.set(lexeme.start, lexeme.end);
  });
  return shown;
}

function looksPlain(key: string, text: string): boolean {
  return key === 'env' ? /^[A-Z_][A-Z0-9_]*$/.test(text) : /^[a-z0-9][a-z0-9_-]{0,30}$/.test(text);
}
