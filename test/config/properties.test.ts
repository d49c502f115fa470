import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { formatAddress } from '../../src/model/index.js';
import { HEAD, file, load, loadRight } from './load-text.js';
import { kinds } from '../core/kinds.js';

const words = [
  'version',
  'stack',
  'secrets',
  'value',
  'env',
  '1',
  ':',
  ' ',
  '\n',
  '  ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|',
  '&a',
  '*a',
  '#',
  ',',
  '\t',
  '<<',
  '---',
  '? ',
  '__proto__',
  'constructor',
];
const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_$-]{0,20}$/);
const role = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });

describe('random input', () => {
  it('never throws on bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(load(file('x.yaml', bytes)).diagnostics.length).toBeGreaterThan(0);
      }),
    );
  });

  it('never throws on text that is nearly YAML, and says why it takes it not', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (parts) => {
        const { configuration, diagnostics } = load(parts.join(''));
        expect(configuration !== undefined || diagnostics.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('gives addresses that parse back to themselves, for whatever it takes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name), fc.array(role), (names, roles) => {
        const secrets = names.map((one): [string, unknown] => [
          one,
          { value: { env: 'X' }, owners: ['team:T'] },
        ]);
        const servers = names.map((one): [string, unknown] => [
          one,
          { type: 's3', usage: roles, user_mappings: { [roles[0] ?? 'r']: {} } },
        ]);
        const text = stringify(
          { secrets: new Map(secrets), duckdb_servers: new Map(servers) },
          { aliasDuplicateObjects: false },
        );
        for (const { address } of load(HEAD + text).configuration?.resources ?? []) {
          expect(formatAddress(kinds.mustParse(address))).toBe(address);
        }
      }),
    );
  });

  it('takes every right configuration, and keeps option texts as they are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), fc.string({ unit: 'grapheme' }), (names, text) => {
        const servers = names.map((one): [string, unknown] => [one, { type: 's3', options: { x: text } }]);
        const { resources } = loadRight(HEAD + stringify({ duckdb_servers: new Map(servers) }));
        expect(resources.map(({ fields }) => fields['options.x'])).toMatchObject(
          names.map(() => ({ kind: 'plain', value: text })),
        );
      }),
    );
  });

  it('takes 10,000 secrets', () => {
    const secrets = Array.from({ length: 10_000 }, (_, at) => `  S${at}: { value: { env: S${at} } }\n`);
    expect(loadRight(`${HEAD}secrets:\n${secrets.join('')}`).resources).toHaveLength(10_000);
  });
});
