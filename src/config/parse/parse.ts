import { Composer, Parser, isMap, isScalar, isSeq } from 'yaml';
import type { ParsedNode, YAMLParseError } from 'yaml';
import { dirname } from 'node:path';
import type { Diagnostic } from '../../model/index.js';
import { decode } from './decode.js';
import { lexemesOf } from './lexemes.js';
import type { Lexeme } from './lexemes.js';
import { hideAllBut, shownWithoutTree } from '../excerpt/mask.js';
import { problemAt } from '../../model/problem.js';
import type { ProblemWords } from '../../model/problem.js';
import { refusedParts } from './refused.js';
import { lineAt, lineStartsOf } from '../../model/source-text.js';
import type { Place, SourceText, Span } from '../../model/source-text.js';
import type { SourceFile } from './source-file.js';
import type { Language } from '../language.js';
import { toTree } from './to-tree.js';
import type { MapNode } from '../../model/tree.js';
import { yamlWords } from './yaml-errors.js';

/** One file as a tree, and what is wrong with it so far. Without `root` nothing can be said about its content. */
export interface Parsed {
  readonly root?: MapNode;
  readonly problems: readonly Diagnostic[];
}

/** The language needs about eight levels; brackets without end would need a stack without end. */
const DEEPEST = 60;

/** More errors of one file than this are of no use: then it is not a configuration. */
const MOST_ERRORS = 20;

/** What is used of the parser's errors. */
type YamlError = Pick<YAMLParseError, 'code' | 'message' | 'pos'>;

/** What the parser found. */
interface Composed {
  readonly contents: ParsedNode | null;
  readonly errors: readonly YamlError[];
  /** Where the nesting became too deep, if it did: then nothing was composed. */
  readonly tooDeep?: Span;
}

/** Runs the parser over the pieces, and stops before the nesting gets too deep for it. */
function compose(lexemes: readonly Lexeme[], length: number): Composed {
  const parser = new Parser();
  const tokens = [];
  for (const lexeme of lexemes) {
    tokens.push(...parser.next(lexeme.text));
    if (parser.stack.length > DEEPEST) return { contents: null, errors: [], tooDeep: lexeme };
  }
  tokens.push(...parser.end());
  const options = { version: '1.2', schema: 'core', uniqueKeys: false, merge: false } as const;
  const documents = [...new Composer(options).compose(tokens, true, length)];
  return {
    contents: documents[0]?.contents ?? null,
    errors: documents.flatMap((document) =>
      document.errors.map(({ code, message, pos }) => ({ code, message, pos })),
    ),
  };
}

/** The errors worth showing: one a line, and none of those that only follow from an earlier one. */
function worthShowing(errors: readonly YamlError[], source: SourceText): YamlError[] {
  const lines = new Set<number>();
  const sorted = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
  return sorted.filter(({ code, pos }, index) => {
    if (code === 'UNEXPECTED_TOKEN' && index > 0) return false;
    const line = lineAt(source, pos[0]);
    if (lines.has(line) || lines.size >= MOST_ERRORS) return false;
    lines.add(line);
    return true;
  });
}

/** Where an error is shown: what was opened and not closed at its start, everything else where the parser stumbled. */
function placeOfError(
  code: string,
  [start, end]: readonly [number, number],
  lexemes: readonly Lexeme[],
): Span {
  const before = lexemes.filter((lexeme) => lexeme.start < start || lexeme.start === 0);
  let opened: Lexeme | undefined;
  if (code === 'open-quote') opened = before.findLast(({ type }) => type.endsWith('-quoted-scalar'));
  if (code === 'open-bracket') {
    const open: Lexeme[] = [];
    for (const lexeme of before) {
      if (/^flow-(map|seq)-start$/.test(lexeme.type)) open.push(lexeme);
      if (/^flow-(map|seq)-end$/.test(lexeme.type)) open.pop();
    }
    opened = open.at(-1);
  }
  return opened === undefined ? { start, end } : { start: opened.start, end: opened.start + 1 };
}

/** A place in a source; one that is after its end, or has no width, is given the nearest character. */
function placeIn(source: SourceText, { start, end }: Span): Place {
  const from = Math.max(0, Math.min(start, source.text.length));
  return { source, start: from, end: Math.max(from, Math.min(end, source.text.length)) };
}

/** From the bytes of a file to its tree. Never throws, whatever the bytes. */
export function parse(file: SourceFile, { excerpts }: Pick<Language, 'excerpts'>): Parsed {
  const decoded = decode(file);
  if ('problem' in decoded) return { problems: [decoded.problem] };
  const { text } = decoded;
  const lexemes = [...lexemesOf(text)];
  const bare = { file: file.path, folder: dirname(file.absolutePath), text, lineStarts: lineStartsOf(text) };
  const blind: SourceText = {
    ...bare,
    hidden: hideAllBut(lexemes, file.isElsewhere === true ? new Map() : shownWithoutTree(lexemes, excerpts)),
  };
  const stop = (found: readonly { at: Span; words: ProblemWords }[], source: SourceText = blind): Parsed => ({
    problems: found.map(({ at, words }) => problemAt(placeIn(source, at), words)),
  });

  const refused = refusedParts(lexemes);
  if (refused.length > 0) return stop(refused.slice(0, MOST_ERRORS));
  const { contents, errors, tooDeep } = compose(lexemes, text.length);
  if (tooDeep !== undefined) {
    const words = { code: 'too-deep', summary: 'This is nested too deeply to be a configuration.' };
    return stop([{ at: tooDeep, words }]);
  }
  if (errors.length > 0) {
    return stop(
      worthShowing(errors, blind).map((error) => {
        const words = yamlWords(error);
        return { at: placeOfError(words.code, error.pos, lexemes), words };
      }),
    );
  }
  if (!isMap(contents)) return stop([noMap(contents, file.path)]);
  // The tree's places point to the source, and what the source hides is known once the tree is made.
  const hidden: Span[] = [];
  const source: SourceText = { ...bare, hidden };
  const { root, shown, problems } = toTree(contents, source, excerpts);
  for (const span of hideAllBut(lexemes, file.isElsewhere === true ? new Map() : shown)) hidden.push(span);
  return { root, ...stop(problems, source) };
}

/** What is wrong with a file that has no map at its top. */
function noMap(contents: ParsedNode | null, path: string): { at: Span; words: ProblemWords } {
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    const words = {
      code: 'empty-file',
      summary: `${path} is empty.`,
      next: 'Write a configuration into it, or remove it from the command line.',
    };
    return { at: { start: 0, end: 0 }, words };
  }
  const [start] = contents.range;
  const words = {
    code: 'no-map',
    summary: `A configuration is a map with keys such as \`version\` and \`secrets\`; this is ${isSeq(contents) ? 'a list' : 'text'}.`,
    next: 'Check that it is the right file.',
  };
  return { at: { start, end: start }, words };
}
