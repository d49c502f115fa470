import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../../test/core/seeded.js';
import { parseDotenv } from './parse.js';

/** What the package dotenv 17 gives (its `lib/main.js`): one pattern over the whole text, and whatever does not match is passed over. */
function ofPackage(text: string): Record<string, string> {
  const line =
    /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm;
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [, name = '', written = ''] of text.replace(/\r\n?/gm, '\n').matchAll(line)) {
    const trimmed = written.trim();
    const value = trimmed.replace(/^(['"`])([\s\S]*)\1$/gm, '$2');
    found[name] = trimmed.startsWith('"') ? value.replace(/\\n/g, '\n').replace(/\\r/g, '\r') : value;
  }
  return found;
}

function read(text: string): Record<string, string> | string {
  const result = parseDotenv(text);
  if ('variables' in result) return Object.fromEntries(result.variables);
  const { line, column, what } = result.problem;
  return `${line}:${column} ${what}`;
}

describe('a dotenv file', () => {
  it.each<[string, string, Record<string, string>]>([
    ['plain', 'X=abc', { X: 'abc' }],
    ['spaces around it', '  export X =  a b  \r\n', { X: 'a b' }],
    ['a comment after a space', '# head\n\nX=abc # 1\nY="a#b" # 2\n', { X: 'abc', Y: 'a#b' }],
    ['nothing', 'X=\nY=""', { X: '', Y: '' }],
    ['a comment in place of a value', 'X= # none\nY=1', { X: '', Y: '1' }],
    ['a byte order mark', '\uFEFFX=abc\n', { X: 'abc' }],
    ['several lines', 'X="-----BEGIN\r\nabc\r\n-----END"\r\nY=1', { X: '-----BEGIN\nabc\n-----END', Y: '1' }],
    ['\\n in double quotes only', `X="a\\nb"\nY='a\\nb'\nZ=a\\nb`, { X: 'a\nb', Y: 'a\\nb', Z: 'a\\nb' }],
    ['quotes inside others', `X='pa"ss'\nY="it's"\nZ=\`'"\``, { X: 'pa"ss', Y: "it's", Z: `'"` }],
    ['quotes inside plain text', `X=it's\nY={"a": "b"}`, { X: "it's", Y: '{"a": "b"}' }],
    ['dollars', 'X=pa$$word\nY=${X}', { X: 'pa$$word', Y: '${X}' }],
    ['a colon', 'X: abc', { X: 'abc' }],
    ['the last of duplicates', 'X=a\nX=b', { X: 'b' }],
    ['names of objects', '__proto__=a\nconstructor=b', { ['__proto__']: 'a', constructor: 'b' }],
  ])('has %s', (_, text, variables) => {
    expect(read(text)).toEqual(variables);
    expect(Object.entries(ofPackage(text.replace(/^\uFEFF/, '')))).toEqual(Object.entries(variables));
  });

  it.each([
    ['a quote that is not closed', 'A=1\nX="abc\nY=def\n', '2:3 This quote is not closed.'],
    ['joined quotes', `X='it'"'"'s'`, '1:7 Text follows the closing quote.'],
    ['text after a quote', 'A=b\nX="abc"def', '2:8 Text follows the closing quote.'],
    ['an escaped quote', 'X="pa\\"ss"\n', '1:6 A backslash before a quote'],
    ['a # in plain text', 'X=abc#1 # comment', '1:6 A # in a value without quotes'],
    ['a line without a value', 'A=1\n  secret text\n', '2:3 This is not a line such as NAME=value.'],
    ['a name with a space', 'A B=1', '1:1 This is not a line such as NAME=value.'],
    ['a colon without a space', 'X:abc', '1:1 This is not a line such as NAME=value.'],
  ])('is refused with %s', (_, text, wrong) => {
    expect(read(text)).toContain(wrong);
  });

  it('is read as the package reads it, or refused', () => {
    const piece = fc.constantFrom(
      ...[
        'X',
        'Y=',
        'a',
        ' ',
        '\n',
        '\r\n',
        '"',
        "'",
        '`',
        '#',
        ' #',
        '\\',
        '\\n',
        '=',
        ': ',
        'export ',
        '{',
        '$',
        '\t',
      ],
    );
    let accepted = 0;
    holds(
      fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 24 }),
      (pieces) => {
        const text = `X=${pieces.join('')}`;
        const result = parseDotenv(text);
        if (!('variables' in result)) return;
        accepted += 1;
        expect([...result.variables].sort()).toEqual(Object.entries(ofPackage(text)).sort());
      },
      2000,
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('takes linear time', () => {
    for (const text of [
      'X="'.repeat(200_000),
      `X=${' '.repeat(400_000)}a`,
      `${' '.repeat(400_000)}!`,
      'X='.repeat(200_000),
    ]) {
      parseDotenv(text);
    }
  });
});
