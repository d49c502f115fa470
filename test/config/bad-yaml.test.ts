import { describe, expect, it } from 'vitest';
import { file, lines, load } from './load-text.js';

/** A file that is no YAML of this language, and all that is said of it. */
const CASES: Readonly<Record<string, readonly [string | Uint8Array, ...string[]]>> = {
  'an empty file': [
    '',
    'secrets.yaml:1:1: secrets.yaml is empty. → Write a configuration into it, or remove it from the command line.',
  ],
  'comments alone': [
    '# nothing\n',
    'secrets.yaml:1:1: secrets.yaml is empty. → Write a configuration into it, or remove it from the command line.',
  ],
  'a list': [
    '- a\n',
    'secrets.yaml:1:1: A configuration is a map with keys such as `version` and `secrets`; this is a list. → Check that it is the right file.',
  ],
  'a text': [
    'hello',
    'secrets.yaml:1:1: A configuration is a map with keys such as `version` and `secrets`; this is text. → Check that it is the right file.',
  ],
  'a tab': [
    'secrets:\n\tA: x\n',
    'secrets.yaml:2:1: A tab is used for indentation. → Indent with spaces: YAML does not accept tabs.',
  ],
  'tabs on two lines': [
    'secrets:\n\tA: x\nstate:\n\tbackend: local\n',
    'secrets.yaml:2:1: A tab is used for indentation. → Indent with spaces: YAML does not accept tabs.',
    'secrets.yaml:4:1: A tab is used for indentation. → Indent with spaces: YAML does not accept tabs.',
  ],
  'bad indentation': [
    'secrets:\n  A:\n    value: x\n   owners: []\n',
    'secrets.yaml:4:1: The indentation does not match the lines above. → Align the keys of one map in one column.',
  ],
  'a quote that is not closed': [
    'version: 1\nstack: "prod\n',
    'secrets.yaml:2:8: A quote that was opened is not closed. → Close it.',
  ],
  'a bracket that is not closed': [
    'version: 1\nstate: { backend: local\n',
    'secrets.yaml:2:8: A `{` or `[` that was opened is not closed here, or a comma is missing. → Close it, and separate what is in it by commas.',
  ],
  'a key without a colon': [
    'secrets:\n  A\n    value: x\n',
    'secrets.yaml:2:3: A key is not followed by `:` on its line. → Write `key: value`, and quote text that goes over several lines.',
  ],
  'two keys on a line': [
    'stack: a: b\n',
    'secrets.yaml:1:8: A second `key:` is on the line of the first, or continues the value above. → Put it on a line of its own, or put the value in quotes where `: ` belongs to it.',
  ],
  'text that needs quotes': [
    'stack: @x\n',
    'secrets.yaml:1:8: Text cannot start with this character unless it is quoted. → Put the text in quotes.',
  ],
  'anchors, aliases, merge keys and tags': [
    'a: &x { b: 1 }\nc: *x\nd:\n  <<: *x\ne: !secret y\n',
    'secrets.yaml:1:4: Anchors (`&name`) are not supported. → Write the text out where it is needed; for one grant over many secrets there is `shares:`.',
    'secrets.yaml:2:4: Aliases (`*name`) are not supported. → Write the text out, or quote it if it starts with `*`.',
    'secrets.yaml:4:3: Merge keys (`<<`) are not supported. → Write the keys out where they are needed.',
    'secrets.yaml:4:7: Aliases (`*name`) are not supported. → Write the text out, or quote it if it starts with `*`.',
    'secrets.yaml:5:4: Tags (`!name`) are not supported. → Remove the tag, or quote the text if it starts with `!`.',
  ],
  'a directive': [
    '%YAML 1.1\n---\nversion: 1\n',
    'secrets.yaml:1:1: Directives (`%NAME`) are not supported: every file is YAML 1.2. → Remove the line.',
  ],
  'two documents': [
    'version: 1\n---\nstack: prod\n',
    'secrets.yaml:2:1: A second document starts here: a file holds one. → Put it in a file of its own; `-f` takes several files, and their sections merge.',
  ],
  'duplicate keys': [
    'version: 1\nstack: prod\nversion: 1\nsecrets: { A: { value: { env: X }, value: { env: Y } } }\nproviders: { h: { type: singlestore } }\n',
    'secrets.yaml:3:1: Duplicate key `version`. → Remove one of them.',
    'secrets.yaml:4:36: Duplicate key `value`. → Remove one of them.',
  ],
  'a key that is no text': [
    'version: 1\nstack: prod\n? [a]\n: b\n',
    'secrets.yaml:3:3: A key must be text. → Write `key: value`.',
  ],
  'nesting without end': [
    'secrets: ' + '['.repeat(100_000),
    'secrets.yaml:1:68: This is nested too deeply to be a configuration.',
  ],
  'UTF-16': [
    new Uint8Array(Buffer.from('\ufeffversion: 1\n', 'utf16le')),
    'secrets.yaml:1:1: secrets.yaml is UTF-16, not UTF-8. → Save it as UTF-8.',
  ],
  'UTF-16 without a mark': [
    new Uint8Array(Buffer.from('version: 1\n', 'utf16le')),
    'secrets.yaml:1:1: secrets.yaml is UTF-16, not UTF-8. → Save it as UTF-8.',
  ],
  'Latin-1': [
    new Uint8Array(Buffer.from('version: 1\nstack: café\n', 'latin1')),
    'secrets.yaml:2:11: secrets.yaml is not UTF-8: the byte at offset 21 is not part of a character. → Save it as UTF-8. A binary value goes into a file of its own: { file: PATH, base64: true }.',
  ],
  'a character that is cut off': [
    new Uint8Array([...Buffer.from('stack: caf'), 0xc3]),
    'secrets.yaml:1:11: secrets.yaml is not UTF-8: the byte at offset 10 is not part of a character. → Save it as UTF-8. A binary value goes into a file of its own: { file: PATH, base64: true }.',
  ],
  'a NUL byte': [
    'version: 1\nstack: a\0b\n',
    'secrets.yaml:2:9: secrets.yaml contains a NUL byte at byte offset 19: it is not YAML. → Check that it is the right file, and remove the character.',
  ],
  'an escape character behind a byte order mark': [
    '\ufeffstack: é\u001b[31m\n',
    'secrets.yaml:1:9: secrets.yaml contains the control character U+001B at byte offset 12: it is not YAML. → Check that it is the right file, and remove the character.',
  ],
};

describe('text that is no YAML of this language', () => {
  it.each(Object.entries(CASES))('%s', (_, [content, ...said]) => {
    const loaded = load(file('secrets.yaml', content));
    expect(lines(loaded.diagnostics)).toEqual(said);
    expect(loaded.configuration).toBeUndefined();
  });

  it('points to both places of a duplicate key', () => {
    const [found] = load('version: 1\nstack: prod\nversion: 1\n').diagnostics;
    expect(found?.related?.map(({ range }) => range.line)).toEqual([1]);
  });

  it('is not misled by a byte order mark, CRLF or a document start', () => {
    const loaded = load('\ufeff---\r\nversion: 1\r\nstack: prod\r\n...\r\n');
    expect(lines(loaded.diagnostics)).toEqual([]);
    expect(loaded.configuration?.stack).toBe('prod');
  });

  it('answers quickly to anchors that would explode', () => {
    const bomb = `a: &a [x]\n${'bcdefghi'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`;
    expect(load(bomb).diagnostics.map(({ code }) => code)).toContain('anchor');
  });

  it('says the problems of every file, in the order of the files', () => {
    const loaded = load(file('b.yaml', 'a: "x\n'), file('a.yaml', 'version: 2\n'), file('c.yaml', ''));
    expect(loaded.diagnostics.map(({ range }) => range?.file)).toEqual(['b.yaml', 'a.yaml', 'c.yaml']);
  });
});
