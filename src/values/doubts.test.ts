import { describe, expect, it } from 'vitest';
import { doubtOf } from './doubts.js';

const PEM = '-----BEGIN PRIVATE KEY-----\nTUlJ\n-----END PRIVATE KEY-----\n';

describe('a value that is probably not the one that is meant', () => {
  it.each([
    ['blank-value', '   ', 'holds nothing but white space'],
    ['blank-value', '\n\u200b\u00a0', 'holds nothing but white space'],
    ...[
      ...['undefined', 'null', 'None', 'nil', 'NaN', '[object Object]', '(null)', '<no value>', '<nil>'],
      ...['***', '••••••••', 'xxxx', '[REDACTED]', '<redacted>', '[MASKED]', '(sensitive value)', ' ***\n'],
      ...['changeme', 'CHANGE_ME', 'TODO', '<your token>', 'your-api-key-here', '<TOKEN>'],
      ...['${SECRET}', '$SECRET', '${{ secrets.TOKEN }}', '{{ .Values.token }}', '$(cat token)'],
      'ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]',
    ].map((text) => ['placeholder-value', text, 'holds what looks like a placeholder, not a value']),
    ['untrimmed-value', 'abc\n', 'ends in a newline'],
    ['untrimmed-value', 'abc\r\n', 'ends in a carriage return and a newline'],
    ['untrimmed-value', 'abc\r', 'ends in a carriage return'],
    ['untrimmed-value', '\uFEFFabc', 'starts with a byte order mark'],
    ['untrimmed-value', `\uFEFF${PEM}`, 'starts with a byte order mark'],
    ['untrimmed-value', ' abc', 'starts with white space'],
    ['untrimmed-value', 'abc\u00a0', 'ends in white space'],
    ['untrimmed-value', 'abc\u200b', 'ends in an invisible character'],
    ['untrimmed-value', '\u202eabc', 'starts with an invisible character'],
    ['quoted-value', '"abc"', 'is in quotes, which are part of the value'],
    ['quoted-value', "'abc'", 'is in quotes, which are part of the value'],
  ])('%s: %j', (code, text, what) => {
    expect(doubtOf(text, undefined)).toMatchObject({ code, what });
  });

  it.each([
    'abc',
    'a b',
    PEM,
    '{"a": 1}\n{"b": 2}\n',
    'it\'s "so"',
    'xx',
    '**',
    '-',
    '$1',
    'a${B}',
    '0',
    'false',
    '"a',
    '<a@b>',
  ])('is not %j', (text) => {
    expect(doubtOf(text, undefined)).toBeUndefined();
  });

  it('is not one whose white space is meant; what `trim` does not cut is to be removed', () => {
    expect(doubtOf('abc\n', false)).toBeUndefined();
    expect(doubtOf('abc\n', undefined)?.next).toContain('`trim: true`');
    expect(doubtOf('abc\u200b', true)?.next).toBe('Remove it where the value is kept.');
  });
});
