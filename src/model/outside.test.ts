import fc from 'fast-check';
import { expect, it } from 'vitest';
import { holds } from '../../test/core/seeded.js';
import { recognisedSentence } from './outside.js';

it.each([
  ['role "no_such_role" does not exist', 'role … does not exist'],
  ['secret quota of 50 reached', 'secret quota of … reached'],
  ["Could not convert string 'maybe' to BOOL", 'Could not convert string … to …'],
  ['permission denied for foreign-data wrapper duckdb', 'permission denied for … wrapper duckdb'],
  ['hunter2', undefined],
  ['c2VjcmV0 is 77', undefined],
])('of %j it keeps the words that messages are made of', (text, sentence) => {
  expect(recognisedSentence(text)).toBe(sentence);
});

it('keeps nothing of what is quoted, and no word that it does not know', () => {
  holds(fc.tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom('"', "'", '`')), ([value, quote]) => {
    fc.pre(!value.includes(quote));
    expect(recognisedSentence(`the value ${quote}${value}${quote} is not allowed`)).toBe(
      'the value … is not allowed',
    );
  });
  holds(
    fc.string({ unit: fc.constantFrom('a', 'Z', '0', '-', '_', '/', '+', '.', '='), minLength: 8 }),
    (value) => {
      expect(recognisedSentence(`the value ${value} is not allowed`)).toBe('the value … is not allowed');
    },
  );
});
