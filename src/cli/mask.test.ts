import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/core/seeded.js';
import { Sensitive } from '../model/index.js';
import { openMasker } from './mask.js';

const maskOf = (...values: readonly string[]): ((text: string) => string) => {
  const masker = openMasker();
  for (const value of values) masker.add(new Sensitive(value));
  return masker.text;
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
      expect(written).toContain('(sensitive value)');
      expect(written).not.toContain(quoted);
      // Nothing that is long enough to tell of it is left of it.
      for (let at = 0; at + 12 <= value.length; at += 1) {
        const piece = value.slice(at, at + 12);
        if (/^[\x21-\x7e]+$/.test(piece) && !/^(.)\1+$/.test(piece)) {
          expect(written.replaceAll('(sensitive value)', '')).not.toContain(
            JSON.stringify(piece).slice(1, -1),
          );
        }
      }
    });
  });

  it('masks the lines of a key, wherever they stand', () => {
    const lines = Array.from({ length: 20 }, (_, at) =>
      Buffer.from(`line ${at} of the key, which is long`).toString('base64'),
    );
    const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
    const mask = maskOf(pem);
    expect(mask(`at ${lines[7]!}: no`)).toBe('at (sensitive value): no');
    expect(mask(pem)).toBe('(sensitive value)');
    expect(mask('-----BEGIN PRIVATE KEY-----')).toBe('-----BEGIN PRIVATE KEY-----');
  });

  it('masks the beginning of something long, and all of it', () => {
    const long = Array.from({ length: 5000 }, (_, at) => `${at}x`).join('');
    const mask = maskOf(long);
    expect(mask(`[${long}]`)).toBe('[(sensitive value)]');
    expect(mask(`[${long.slice(0, 480)}…`)).toBe('[(sensitive value)…');
    expect(mask(`[${JSON.stringify(long.slice(0, 480)).slice(1)}`)).toContain('(sensitive value)');
  });

  it('masks the beginning of a value that was cut off', () => {
    const value = 'begins-with-this-and-goes-on-to-the-end';
    const mask = maskOf(value, `${value.slice(0, 8)}"\\'${value.slice(8)}`);
    expect(mask(`(it says: ${value.slice(0, 10)}…)`)).toBe('(it says: (sensitive value)…)');
    expect(mask(`"${JSON.stringify(`${value.slice(0, 8)}"\\'${value.slice(8)}`).slice(1, 16)}…`)).toBe(
      '"(sensitive value)…',
    );
    expect(mask(`it says ${value.slice(0, 25)} and no more`)).toBe('it says (sensitive value) and no more');
    // So little may well be something else.
    expect(mask('it begins-with something else')).toBe('it begins-with something else');
  });

  it('masks a value that a server repeats on one line', () => {
    expect(maskOf('one\u0007two\r\nthree\u200bfour')('one two three four')).toBe('(sensitive value)');
  });

  it('masks the password of an address, and not the rest of it', () => {
    const mask = maskOf('postgres://deploy:p%40ss-word@db.example.com/ops');
    expect(mask('password p@ss-word of deploy@db.example.com')).toBe(
      'password (sensitive value) of deploy@db.example.com',
    );
    expect(mask('p%40ss-word')).toBe('(sensitive value)');
  });

  it('does not garble other text for a short value', () => {
    const mask = maskOf('a', 'on', 'xyz', '');
    expect(mask('a plan on xyz')).toBe('a plan on xyz');
    expect(mask('{"value":"xyz","other":"xyzzy"}')).toBe('{"value":"(sensitive value)","other":"xyzzy"}');
    expect(mask('{"text":"{\\"value\\":\\"xyz\\"}"}')).toBe(
      '{"text":"{\\"value\\":\\"(sensitive value)\\"}"}',
    );
  });

  it('takes the longest of several values that begin alike, and makes one mask of neighbours', () => {
    const mask = maskOf('secret', 'secret-longer');
    expect(mask('secret-longer secret')).toBe('(sensitive value) (sensitive value)');
    expect(mask('secretsecret')).toBe('(sensitive value)');
  });

  it('masks a field that is a value as a whole, however short', () => {
    const masker = openMasker();
    masker.addText('on');
    expect(masker.field('on')).toBe('(sensitive value)');
    expect(masker.field('on a plan')).toBe('on a plan');
    masker.addText('');
    expect(masker.field('')).toBe('');
  });

  it('knows values that come while it is used, and leaves text without any as it is', () => {
    const masker = openMasker();
    expect(masker.text('the-value')).toBe('the-value');
    masker.add(new Sensitive('the-value'));
    expect(masker.text('the-value')).toBe('(sensitive value)');
    expect(masker.text('other')).toBe('other');
  });

  it('is done with ten thousand values and a megabyte of text', () => {
    const masker = openMasker();
    for (let at = 0; at < 10_000; at += 1) masker.add(new Sensitive(`value-number-${at}-${at * 7919}`));
    const text = 'a line without any value in it, as most are\n'.repeat(24_000);
    expect(masker.text(`${text}value-number-77-609763`)).toBe(`${text}(sensitive value)`);
  });
});
