import { CST, Lexer } from 'yaml';
import type { Span } from '../../model/source-text.js';

/** A piece of YAML text, by what it is. */
export interface Lexeme extends Span {
  readonly type: string;
  /** What the parser is fed with. */
  readonly text: string;
}

/** The pieces of a text. A scalar's text has the type `scalar`; marks without text have no length. Never throws. */
export function* lexemesOf(text: string): Generator<Lexeme> {
  let start = 0;
  let scalarNext = false;
  for (const piece of new Lexer().lex(text)) {
    const type: string = scalarNext ? 'scalar' : (CST.tokenType(piece) ?? 'error');
    const mark: boolean =
      !scalarNext && (type === 'scalar' || type === 'doc-mode' || type === 'flow-error-end');
    scalarNext = mark && type === 'scalar';
    const end = mark ? start : start + piece.length;
    yield { type: mark ? 'mark' : type, text: piece, start, end };
    start = end;
  }
}
