/** What a dotenv file cannot hold, and where: line and column from 1. */
interface DotenvProblem {
  readonly line: number;
  readonly column: number;
  /** What is wrong, as a sentence without a text of the file. */
  readonly what: string;
  readonly next: string;
}

/** The variables of a file, in its order; of a duplicate name the last counts. */
type DotenvResult = { readonly variables: ReadonlyMap<string, string> } | { readonly problem: DotenvProblem };

/** What comes before a value: `export`, the name and `=`, or `:` with a space after it. */
const HEAD = /[^\S\n]*(?:export[^\S\n]+)?([\w.-]+)(?:[^\S\n]*=|:(?=[^\S\n]))[^\S\n]*/y;
const SKIPPED = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
const PLAIN = /[^\n]*/y;

const QUOTES = new Set(['"', "'", '`']);

/**
 * Reads a file of `NAME=value` lines in the dialect of the package dotenv (its README, "Rules"): `export` is skipped; values may be in `"`,
 * `'` or a backquote, also over several lines; `\n` and `\r` are read in double quotes only; white space around a plain value is cut; a `#`
 * starts a comment; nothing is expanded. The package never fails: it cuts or keeps what it cannot read. Here that is refused, and so is
 * what dotenv reads otherwise than shells and Docker do. Takes linear time.
 * @param text the file; a byte order mark at its start is skipped, and line ends are read as `\n`
 */
export function parseDotenv(text: string): DotenvResult {
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const variables = new Map<string, string>();
  for (let at = 0; at < source.length;) {
    const blank = endOf(SKIPPED, source, at);
    if (blank !== undefined) {
      at = blank;
      continue;
    }
    HEAD.lastIndex = at;
    const name = HEAD.exec(source)?.[1];
    if (name === undefined) return wrong(source, at, NOT_A_LINE);
    const value = readValue(source, HEAD.lastIndex);
    if ('what' in value) return wrong(source, value.at, value);
    variables.set(name, value.text);
    at = value.end;
  }
  return { variables };
}

interface Words {
  readonly what: string;
  readonly next: string;
}

type Value = { readonly text: string; readonly end: number } | (Words & { readonly at: number });

const NOT_A_LINE: Words = {
  what: 'This is not a line such as NAME=value.',
  next: 'Correct it, or put a # before a comment.',
};
const UNCLOSED: Words = {
  what: 'This quote is not closed.',
  next: 'Close it, or quote the value with another of " \' `.',
};
const ESCAPED: Words = {
  what: 'A backslash before a quote: dotenv keeps the backslash, and other programs remove it.',
  next: "Quote the value with ' or `, and write the quote in it as it is.",
};
const AFTER_QUOTE: Words = {
  what: 'Text follows the closing quote.',
  next: "Quote the whole value once, with a quote that isn't in it.",
};
const HASH: Words = {
  what: 'A # in a value without quotes starts a comment for dotenv, and is part of the value elsewhere.',
  next: 'Quote the value, or put a space before a comment.',
};

function readValue(source: string, at: number): Value {
  const quote = source[at] ?? '';
  return QUOTES.has(quote) ? readQuoted(source, at, quote) : readPlain(source, at);
}

function readQuoted(source: string, at: number, quote: string): Value {
  const close = source.indexOf(quote, at + 1);
  if (close === -1) return { at, ...UNCLOSED };
  if (source[close - 1] === '\\' && close - 1 > at) return { at: close - 1, ...ESCAPED };
  const end = endOf(SKIPPED, source, close + 1);
  if (end === undefined) return { at: close + 1, ...AFTER_QUOTE };
  const inner = source.slice(at + 1, close);
  return { text: quote === '"' ? inner.replace(/\\n/g, '\n').replace(/\\r/g, '\r') : inner, end };
}

function readPlain(source: string, at: number): Value {
  const lineEnd = endOf(PLAIN, source, at) ?? source.length;
  const line = source.slice(at, lineEnd);
  const hash = line.indexOf('#');
  if (hash > 0 && !/\s/.test(line[hash - 1] ?? '')) return { at: at + hash, ...HASH };
  return { text: (hash === -1 ? line : line.slice(0, hash)).trim(), end: lineEnd + 1 };
}

/** Where a sticky pattern ends that starts at a place; `undefined` where it does not match there. */
function endOf(pattern: RegExp, source: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(source) ? Math.max(pattern.lastIndex, at) : undefined;
}

function wrong(source: string, at: number, { what, next }: Words): DotenvResult {
  const before = source.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  const indent = /^\s*/.exec(source.slice(at, at + 200))?.[0].length ?? 0;
  return {
    problem: { line: before.split('\n').length, column: at - lineStart + indent + 1, what, next },
  };
}
