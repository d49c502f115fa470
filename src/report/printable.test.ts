import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  displayWidth,
  printable,
  printableJson,
  printableLines,
  printableName,
  quotedText,
  withoutCommands,
} from './printable.js';

const unicode = fc.string({ unit: 'binary' });

describe('printable', () => {
  it.each([
    ['\u001b[2J', '\\u{1b}[2J'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['\u0000\u007f\u009b', '\\u{0}\\u{7f}\\u{9b}'],
    ['user:\u202egnp.exe', 'user:\\u{202e}gnp.exe'],
    ['te\u200bam\ufeff', 'te\\u{200b}am\\u{feff}'],
    ['\u2028\u2029\u3164\ufe0f', '\\u{2028}\\u{2029}\\u{3164}\\u{fe0f}'],
    ['\ud83d', '\\u{d83d}'],
    ['\u{e0041}', '\\u{e0041}'],
  ])('escapes %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(['', 'team:Machine Learning', 'C:\\temp', 'Zoë, Łukasz, Ἀθηνᾶ, علي, 秘密, 🔑', '•→✓ «x»'])(
    'leaves %j alone',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  it('is one line, and the same when done twice', () => {
    fc.assert(
      fc.property(unicode, (text) => {
        const shown = printable(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(printable(shown)).toBe(shown);
      }),
    );
  });

  it('takes each character by itself, so that text may be put together afterwards', () => {
    fc.assert(
      fc.property(unicode, unicode, (a, b) => {
        expect(printable(`${a}|${b}`)).toBe(`${printable(a)}|${printable(b)}`);
      }),
    );
  });
});

describe('printableName', () => {
  it('shows that a space is not one', () => {
    expect(printableName('team:Machine Learning')).toBe('team:Machine Learning');
    expect(printableName('team:Machine\u00a0Learn\u200bing')).toBe('team:Machine\\u{a0}Learn\\u{200b}ing');
  });
});

describe('quotedText', () => {
  it('shows every character, and is the same text to every parser of JSON', () => {
    fc.assert(
      fc.property(unicode, (text) => {
        const shown = quotedText(text);
        expect(JSON.parse(shown)).toBe(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u);
      }),
    );
  });
});

describe('printableLines', () => {
  it('ends lines as Unix and Windows do, and nowhere else', () => {
    expect(printableLines('a\n\tb\r\nc\rd\u2028e')).toEqual(['a', '  b', 'c\\rd\\u{2028}e']);
  });
});

describe('printableJson', () => {
  it('says the same to every parser', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = JSON.stringify(value);
        const shown = printableJson(json);
        expect(JSON.parse(shown)).toEqual(JSON.parse(json));
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('escapes characters beyond the first 65,536 as pairs', () => {
    expect(printableJson('"\u{e0041}\u202e\u009b"')).toBe('"\\udb40\\udc41\\u202e\\u009b"');
  });
});

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['秘密', 4],
    ['ﾊﾝ', 2],
    ['e\u0301', 1],
    ['🔑', 2],
    ['•→', 2],
    ['한글', 4],
  ])('%j', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('withoutCommands', () => {
  it.each([
    ['::error::x', '\\u{3a}:error::x'],
    ['a\n  ::add-mask::x', 'a\n  \\u{3a}:add-mask::x'],
    ['x ##[group]y ##vso[a]', 'x #\\u{23}[group]y #\\u{23}vso[a]'],
    ['a::b, # [x], ## y', 'a::b, # [x], ## y'],
  ])('takes the power of %j', (text, shown) => {
    expect(withoutCommands(text)).toBe(shown);
    expect(withoutCommands(shown)).toBe(shown);
  });

  it('leaves JSON what it is', () => {
    const json = JSON.stringify({ '##[a]': ['::x::', '\\##[b]'] });
    expect(printableJson(json)).not.toMatch(/##\w*\[/);
    expect(JSON.parse(printableJson(json))).toEqual(JSON.parse(json));
  });
});
