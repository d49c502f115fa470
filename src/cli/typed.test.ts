import { describe, expect, it } from 'vitest';
import { possibleValues } from './typed.js';

describe('what a complaint about the command line must not repeat', () => {
  it.each([
    [['plan', '--token=hf_Zq81Zq82Zq83'], ['hf_Zq81Zq82Zq83']],
    [['plan', '--token', 'hf_Zq81Zq82Zq83'], ['hf_Zq81Zq82Zq83']],
    [['plan', '--token=only-lower-case-words'], ['only-lower-case-words']],
    [['hf_Zq81Zq82Zq83'], ['hf_Zq81Zq82Zq83']],
    [['state', 'abcdefghijklmnopqrstuvwxyz'], ['abcdefghijklmnopqrstuvwxyz']],
  ])('a possible value: %j', (argv, expected) => {
    expect(possibleValues(argv)).toEqual(expected);
  });

  it.each([
    [['pllan']],
    [['validate', '--detailed-exitcodes']],
    [['apply', '--lock-timeout', '5']],
    [['--lock-timeout=soon']],
    [['plan', 'secrets.yaml']],
    [['plan', 'teams/a/secrets.yml']],
  ])('but what is wrong with a word is said: %j', (argv) => {
    expect(possibleValues(argv)).toEqual([]);
  });
});
