import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from './redact.js';

describe('messages of the server', () => {
  it('loses values, whole, quoted as SQL does it, or a quoted part of them', () => {
    expect(redact("invalid: it's-a-value", ["it's-a-value"])).toBe('invalid: (sensitive value)');
    expect(redact("near 'it''s-a-value'", ["it's-a-value"])).not.toContain('a-value');
    expect(redact('token "long-part-of-it"', ['prefix long-part-of-it suffix'])).toBe(
      'token (sensitive value)',
    );
    expect(
      redact("Failed to cast option 'use_ssl' to type 'BOOLEAN': 'Could not convert string 'x' to BOOL'", [
        'x',
      ]),
    ).toBe(
      "Failed to cast option 'use_ssl' to type 'BOOLEAN': 'Could not convert string '(sensitive value)' to BOOL'",
    );
  });

  it('keeps what names objects', () => {
    const message = 'server "lake" does not exist';
    expect(redact(message, ['some-other-value', 'x', ''])).toBe(message);
  });

  it('never holds a value of four characters or more', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (value, before, after) => {
        fc.pre(!'(sensitive value)'.includes(value) && !(before + after).includes('('));
        const text = redact(`${before}${value}${after}`, [value]);
        expect(
          text.replaceAll('(sensitive value)', '').includes(value) && !(before + after).includes(value),
        ).toBe(false);
      }),
    );
  });
});
