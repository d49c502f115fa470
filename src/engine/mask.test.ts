import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/core/seeded.js';
import { Sensitive } from '../model/index.js';
import { openMasker } from './mask.js';

const maskOf = (...values: readonly string[]): ((text: string) => string) => {
  const masker = openMasker();
  for (const value of values) masker.add(new Sensitive(value));
  return masker.outside;
};

/** The ways in which messages quote what they were sent; each gives what stands between its own words. */
const QUOTATIONS: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  sql: (value) => `'${value.replaceAll("'", "''")}'`,
  backslash: (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  json: (value) => JSON.stringify({ value }),
  'json in json': (value) => JSON.stringify({ text: JSON.stringify({ value }) }),
  'json three deep': (value) => JSON.stringify([JSON.stringify({ text: JSON.stringify({ value }) })]),
  'sql in json': (value) => JSON.stringify({ text: `'${value.replaceAll("'", "''")}'` }),
  url: (value) => `?v=${encodeURIComponent(value)}`,
  'a form as browsers send it': (value) => new URLSearchParams({ value }).toString().slice('value='.length),
  form: (value) => encodeURIComponent(value).replaceAll('%20', '+'),
  'base64, falling anywhere': (value) =>
    ['', 'a', 'ab'].map((before) => Buffer.from(`${before}${value}zz`).toString('base64')).join(' '),
  'base64 for URLs': (value) => Buffer.from(value).toString('base64url'),
  hex: (value) => `${Buffer.from(value).toString('hex')} ${Buffer.from(value).toString('hex').toUpperCase()}`,
};

describe('the second net', () => {
  const awkward = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 12, maxLength: 200 }),
    fc.string({ unit: 'grapheme-ascii', minLength: 12, maxLength: 200 }),
    fc
      .array(fc.constantFrom("'", '"', '\\', '\n', '%', '$', '{', ' ', 'é', '💣', 'abcdefgh1234'), {
        minLength: 6,
        maxLength: 60,
      })
      .map((parts) => `${parts.join('')}Zq9`),
  );

  it.each(Object.entries(QUOTATIONS))('masks a value that is quoted: %s', (_, quote) => {
    holds(awkward, (value) => {
      fc.pre(value.trim().length >= 8 && !/\p{Cs}/u.test(value));
      const quoted = quote(value);
      const written = maskOf(value)(`before ${quoted} after`);
      expect(written).toContain('…');
      expect(written).not.toContain(quoted);
      // Nothing that is long enough to tell of it is left of it.
      for (let at = 0; at + 12 <= value.length; at += 1) {
        const piece = value.slice(at, at + 12);
        if (/^[\x21-\x7e]+$/.test(piece) && !/^(.)\1+$/.test(piece)) {
          expect(written.replaceAll('…', '')).not.toContain(JSON.stringify(piece).slice(1, -1));
        }
      }
    });
  });

  it('cuts the long lines of a key, and no others', () => {
    const lines = Array.from({ length: 20 }, (_, at) =>
      Buffer.from(`line ${at} of the key, which is long enough`).toString('base64'),
    );
    const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\nc2hvcnQ=\n-----END PRIVATE KEY-----\n`;
    const mask = maskOf(pem);
    expect(mask(`at ${lines[7]!}: no`)).toBe('at …: no');
    expect(mask(pem)).toBe('…');
    expect(mask('-----BEGIN PRIVATE KEY----- c2hvcnQ=')).toBe('-----BEGIN PRIVATE KEY----- c2hvcnQ=');
    expect(maskOf(lines.join('\n'))(`at ${lines[7]!}: no`)).toContain(lines[7]);
  });

  it('answers no question about a part of a value', () => {
    const values = ['begins-with-this-and-goes-on-to-the-end', 'user\na-password-on-a-line\n'];
    const mask = maskOf(...values, Array.from({ length: 5000 }, (_, at) => `${at}x`).join(''));
    for (const guess of [
      'begins-with…',
      'begins-with-this-and-goes-on-to-the-en…',
      'begins-with-this-and-goes-on-to-the-en',
      'egins-with-this-and-goes-on-to-the-end',
      'a-password-on-a-line',
      '0x1x2x3x4x5x6x7x8x9x10x11x12x13x14x15x16x17x18x19x20x…',
    ]) {
      expect(mask(`<${guess}> ${guess}`), guess).toBe(`<${guess}> ${guess}`);
    }
  });

  it('cuts what the call sent in the same way, so that it tells of no value', () => {
    const guess = 'a-guess-in-the-repository';
    const text = `no such thing: "${guess}", ${encodeURIComponent(`${guess}/x`)} 'on'`;
    const [right, wrong] = [[guess, 'on'], ['another-value']].map((values) => {
      const masker = openMasker();
      for (const value of values) masker.addText(value);
      return masker.outside(text, [guess, 'on']);
    });
    expect(right).toBe(wrong);
    expect(right).toBe(`no such thing: "…", …%2Fx '…'`);
  });

  it('masks a value that a server repeats on one line', () => {
    expect(maskOf('one\u0007two\r\nthree\u200bfour')('one two three four')).toBe('…');
  });

  it('masks the password of an address, and not the rest of it', () => {
    const mask = maskOf('postgres://deploy:p%40ss-word@db.example.com/ops');
    expect(mask('password p@ss-word of deploy@db.example.com')).toBe('password … of deploy@db.example.com');
    expect(mask('p%40ss-word')).toBe('…');
  });

  it('does not garble other text for a short value', () => {
    const mask = maskOf('a', 'on', 'xyz', '');
    expect(mask('a plan on xyz')).toBe('a plan on xyz');
    expect(mask('{"value":"xyz","other":"xyzzy"}')).toBe('{"value":"…","other":"xyzzy"}');
    expect(mask('{"text":"{\\"value\\":\\"xyz\\"}"}')).toBe('{"text":"{\\"value\\":\\"…\\"}"}');
  });

  it('takes the longest of several values that begin alike, and makes one mask of neighbours', () => {
    const mask = maskOf('secret', 'secret-longer');
    expect(mask('secret-longer secret')).toBe('… …');
    expect(mask('secretsecret')).toBe('…');
  });

  it('knows values that come while it is used, and leaves text without any as it is', () => {
    const masker = openMasker();
    expect(masker.outside('the-value')).toBe('the-value');
    masker.add(new Sensitive('the-value'));
    expect(masker.outside('the-value')).toBe('…');
    expect(masker.outside('other')).toBe('other');
  });

  it('is done with ten thousand values and a megabyte of text', () => {
    const masker = openMasker();
    for (let at = 0; at < 10_000; at += 1) masker.add(new Sensitive(`value-number-${at}-${at * 7919}`));
    const text = 'a line without any value in it, as most are\n'.repeat(24_000);
    expect(masker.outside(`${text}value-number-77-609763`)).toBe(`${text}…`);
  });
});
