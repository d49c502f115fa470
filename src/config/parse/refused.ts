import type { Lexeme } from './lexemes.js';
import type { ProblemWords } from '../../model/problem.js';
import type { Span } from '../../model/source-text.js';

/** What of YAML is not supported. */
const REFUSED: Readonly<Record<string, ProblemWords>> = {
  anchor: {
    code: 'anchor',
    summary: 'Anchors (`&name`) are not supported.',
    next: 'Write the text out where it is needed; for one grant over many secrets there is `shares:`.',
  },
  alias: {
    code: 'alias',
    summary: 'Aliases (`*name`) are not supported.',
    next: 'Write the text out, or quote it if it starts with `*`.',
  },
  tag: {
    code: 'tag',
    summary: 'Tags (`!name`) are not supported.',
    next: 'Remove the tag, or quote the text if it starts with `!`.',
  },
  'directive-line': {
    code: 'directive',
    summary: 'Directives (`%NAME`) are not supported: every file is YAML 1.2.',
    next: 'Remove the line.',
  },
};

const MERGE_KEY: ProblemWords = {
  code: 'merge-key',
  summary: 'Merge keys (`<<`) are not supported.',
  next: 'Write the keys out where they are needed.',
};

const SECOND_DOCUMENT: ProblemWords = {
  code: 'several-documents',
  summary: 'A second document starts here: a file holds one.',
  next: 'Put it in a file of its own; `-f` takes several files, and their sections merge.',
};

/** The parts of YAML in a file that this language does not support: each hides where a value comes from, or can grow without end. */
export function refusedParts(
  lexemes: readonly Lexeme[],
): { readonly at: Span; readonly words: ProblemWords }[] {
  const found: { at: Span; words: ProblemWords }[] = [];
  let started = false;
  let ended = false;
  lexemes.forEach((lexeme, index) => {
    const { type } = lexeme;
    const words = REFUSED[type];
    if (words !== undefined) found.push({ at: lexeme, words });
    if (type === 'scalar' && lexeme.text === '<<' && lexemes[index + 1]?.type === 'map-value-ind') {
      found.push({ at: lexeme, words: MERGE_KEY });
    }
    if (['mark', 'space', 'newline', 'comment', 'byte-order-mark', 'directive-line'].includes(type)) return;
    if (type === 'doc-end') ended = true;
    else if (type === 'doc-start' ? started : ended) {
      found.push({ at: lexeme, words: SECOND_DOCUMENT });
      ended = false;
    }
    started = true;
  });
  return found;
}
