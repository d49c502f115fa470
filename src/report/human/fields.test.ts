import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldChange, Plain } from '../../model/index.js';
import { fieldLines } from './fields.js';
import { displayWidth } from '../printable.js';
import { PLAIN } from './style.js';

function show(...fields: readonly FieldChange[]): string {
  return `\n${fieldLines(fields, '', PLAIN).join('\n')}\n`;
}

function changed(before: Plain, after: Plain, path = 'x'): FieldChange {
  return { path, action: 'change', sensitive: false, before, after };
}

function added(after: Plain, path = 'x'): FieldChange {
  return { path, action: 'add', sensitive: false, after };
}

describe('fieldLines', () => {
  it('shows each action, and remarks behind it', () => {
    expect(
      show(
        { path: 'value', action: 'add', sensitive: true },
        { path: 'value', action: 'change', sensitive: true, note: 'changed by ben' },
        { path: 'value', action: 'remove', sensitive: true },
        { path: 'role', action: 'keep', sensitive: false, after: 'Owner' },
        {
          path: 'type',
          action: 'change',
          sensitive: false,
          before: 's3',
          after: 'gcs',
          forcesReplacement: true,
        },
        { path: 'use_ssl', action: 'remove', sensitive: false, before: false },
        { path: 'port', action: 'add', sensitive: false, after: 5432 },
        { path: 'nothing', action: 'change', sensitive: false, before: null, after: '' },
        { path: 'unsaid', action: 'change', sensitive: false, after: 'x' },
      ),
    ).toMatchInlineSnapshot(`
      "
      + value   = (sensitive value)
      ~ value   = (sensitive value) -> (sensitive value) # changed by ben
      - value   = (sensitive value) -> (none)
        role    = "Owner"
      ~ type    = "s3" -> "gcs" # forces replacement
      - use_ssl = false -> (none)
      + port    = 5432
      ~ nothing = null -> ""
      ~ unsaid  = (none) -> "x"
      "
    `);
  });

  it('lines up the signs of names in any script', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 }), (paths) => {
        const fields = paths.map((path): FieldChange => ({ path, action: 'add', sensitive: true }));
        const widths = fieldLines(fields, '  ', PLAIN).map((line) =>
          displayWidth(line.slice(0, line.lastIndexOf(' = (sensitive value)'))),
        );
        expect(new Set(widths).size).toBe(1);
      }),
    );
    expect(show(added(1, '地域'), added(2, 'options.region'))).toMatchInlineSnapshot(`
      "
      + 地域           = 1
      + options.region = 2
      "
    `);
  });

  it('puts air into short lists and maps, and sorts the keys of maps', () => {
    expect(show(added(['a', 1, null, []]), changed({ b: 1, a: {} }, { a: ['x'] }))).toMatchInlineSnapshot(`
      "
      + x = ["a", 1, null, []]
      ~ x = { "a": {}, "b": 1 } -> { "a": ["x"] }
      "
    `);
  });

  it('compares long text line by line, and says how much of it stays', () => {
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const other = lines.with(10, 'another line');
    expect(show(changed(`${lines.join('\n')}\n`, `${other.join('\n')}\n`))).toMatchInlineSnapshot(`
      "
      ~ x = (lines)
            (7 more, unchanged)
            "line 7\\n"
            "line 8\\n"
            "line 9\\n"
          - "line 10\\n"
          + "another line\\n"
            "line 11\\n"
            "line 12\\n"
            "line 13\\n"
            (6 more, unchanged)
      "
    `);
  });

  it('shows that only the last newline differs', () => {
    expect(show(changed('a\nb', 'a\nb\n'))).toMatchInlineSnapshot(`
      "
      ~ x = (lines)
            "a\\n"
          - "b"
          + "b\\n"
      "
    `);
  });

  it('shows text of several lines that is new, and what ends its lines', () => {
    expect(show(added('a\n\n  b\r\n'))).toMatchInlineSnapshot(`
      "
      + x = (lines)
          + "a\\n"
          + "\\n"
          + "  b\\r\\n"
      "
    `);
  });

  it('shows what nobody sees', () => {
    expect(
      show(
        added('s3://lake\n'),
        changed('us-east-1', 'us-east-1\u00a0'),
        added(['a\u200b', 's3://\u202e ekal', ' b ', '\u2003\u3000', '\uFEFFc\r']),
        added({ 'k\u00a0': 1 }, 'o\u00a0p'),
      ),
    ).toMatchInlineSnapshot(`
      "
      + x        = "s3://lake\\n"
      ~ x        = "us-east-1" -> "us-east-1\\u00a0"
      + x        = ["a\\u200b", "s3://\\u202e ekal", " b ", "\\u2003\\u3000", "\\ufeffc\\r"]
      + o\\u{a0}p = { "k\\u00a0": 1 }
      "
    `);
  });

  it('compares long lists and maps entry by entry', () => {
    const names = Array.from({ length: 12 }, (_, at) => `s3://bucket-${at}`);
    expect(show(changed(names, [...names.slice(1), 's3://last']), changed({ names, a: 1 }, { names, a: 2 })))
      .toMatchInlineSnapshot(`
      "
      ~ x = (list)
          - "s3://bucket-0"
            "s3://bucket-1"
            "s3://bucket-2"
            "s3://bucket-3"
            (5 more, unchanged)
            "s3://bucket-9"
            "s3://bucket-10"
            "s3://bucket-11"
          + "s3://last"
      ~ x = (map)
          - "a": 1
          + "a": 2
            "names": ["s3://bucket-0", "s3://bucket-1", "s3://bucket-2", "s3://bucket-3", "s3://bucket-4", "s3://bucket-5", "s3://bucket-6", "s3://bucket-7", "s3://bucket-8", "s3://bucket-9", "s3://bucket-10", "s3://bucket-11"]
      "
    `);
  });

  it('sets long values under each other, and cuts nothing off', () => {
    const [a, b] = ['a'.repeat(60), 'b'.repeat(500)];
    expect(fieldLines([changed(a, b)], '', PLAIN)).toEqual([`~ x = "${a}"`, `    -> "${b}"`]);
  });

  it('shows a value that turned from one kind into another', () => {
    expect(show(changed('a\nb', ['a', 'b']), changed([1], { a: 1 }))).toMatchInlineSnapshot(`
      "
      ~ x = "a\\nb" -> ["a", "b"]
      ~ x = [1] -> { "a": 1 }
      "
    `);
  });

  it('shows every item of a list that changes, and every line of a text', () => {
    const items = fc.uniqueArray(fc.stringMatching(/^[a-z]{4,9}$/), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(items, items, (before, after) => {
        const gone = before.filter((item) => !after.includes(item));
        const come = after.filter((item) => !before.includes(item));
        const list = show(changed(before, after));
        const textOf = (lines: readonly string[]): string => ['first', ...lines, ''].join('\n');
        const text = show(changed(textOf(before), textOf(after)));
        for (const item of gone) expect(text).toContain(`- "${item}\\n"\n`);
        for (const item of come) expect(text).toContain(`+ "${item}\\n"\n`);
        for (const item of [...gone, ...come]) expect(list).toContain(`"${item}"`);
      }),
    );
  });
});
