import { afterEach, describe, expect, it } from 'vitest';
import type { Sensitive } from '../model/index.js';
import { watchSensitive } from '../model/index.js';
import { protectTyped } from './typed.js';

/** What is never written from then on. */
const known: string[] = [];
const end = watchSensitive((value: Sensitive) => known.push(value.reveal()));

describe('a complaint about the command line', () => {
  afterEach(() => {
    known.length = 0;
  });

  it.each([
    [['plan', '--token=hf_Zq81Zq82Zq83'], ['hf_Zq81Zq82Zq83']],
    [['plan', '--token', 'hf_Zq81Zq82Zq83'], ['hf_Zq81Zq82Zq83']],
    [['plan', '--token=only-lower-case-words'], ['only-lower-case-words']],
    [['hf_Zq81Zq82Zq83'], ['hf_Zq81Zq82Zq83']],
    [['state', 'abcdefghijklmnopqrstuvwxyz'], ['abcdefghijklmnopqrstuvwxyz']],
  ])('repeats no value: %j', (argv, expected) => {
    protectTyped(argv);
    expect(known).toEqual(expected);
  });

  it.each([
    [['pllan']],
    [['validate', '--detailed-exitcodes']],
    [['apply', '--lock-timeout', '5']],
    [['--lock-timeout=soon']],
  ])('says what is wrong with a word: %j', (argv) => {
    protectTyped(argv);
    expect(known).toEqual([]);
  });

  it('listens to the end', () => {
    end();
    protectTyped(['hf_Zq81Zq82Zq83']);
    expect(known).toEqual([]);
  });
});
