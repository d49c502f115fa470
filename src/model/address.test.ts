import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/core/seeded.js';
import {
  KINDS,
  formatAddress,
  isListKind,
  mustParseAddress,
  parentAddress,
  parseAddress,
} from './address.js';
import type { Address } from './address.js';

const odd = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.constantFrom('a.b', 'user:ana@x.example.com', 'team:Machine Learning', 'a/b', '/', '.', ' ', '\n', '*'),
);
const hasNoSlash = (text: string): boolean => !text.includes('/');
const provider = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[./]/.test(text));
const HAS_PARENT = new Set(['share', 'user_mapping', 'server_usage']);
const address: fc.Arbitrary<Address> = fc
  .record({ kind: fc.constantFrom(...KINDS), provider, name: odd, member: odd })
  .filter(({ kind, name }) => !HAS_PARENT.has(kind) || hasNoSlash(name))
  .map(({ member, ...rest }) => (HAS_PARENT.has(rest.kind) ? { ...rest, member } : rest));

describe('addresses', () => {
  it('survive being written and read', () => {
    holds(
      address,
      (one) => {
        expect(parseAddress(formatAddress(one))).toEqual(one);
      },
      1000,
    );
  });

  it('are written as they were read', () => {
    const text = fc.oneof(
      odd,
      fc.tuple(fc.constantFrom(...KINDS), odd, odd, odd).map(([kind, a, b, c]) => `${kind}.${a}.${b}/${c}`),
    );
    holds(text, (one) => {
      const parsed = parseAddress(one);
      if (parsed !== undefined) expect(formatAddress(parsed)).toBe(one);
    });
  });

  it('keep dots, slashes, spaces and @ of names', () => {
    expect(parseAddress('share.helios.S/user:a.b@x.example.com')).toEqual({
      kind: 'share',
      provider: 'helios',
      name: 'S',
      member: 'user:a.b@x.example.com',
    });
    expect(parseAddress('share.helios.S/team:A / B')?.member).toBe('team:A / B');
    expect(parseAddress('user_mapping.wh.lake.eu/my role')).toMatchObject({
      name: 'lake.eu',
      member: 'my role',
    });
    expect(parseAddress('secret.helios.a/b.c')?.name).toBe('a/b.c');
    expect(parseAddress('fdw_usage.wh.a/b')).toEqual({ kind: 'fdw_usage', provider: 'wh', name: 'a/b' });
  });

  it.each([
    '',
    'secret',
    'secret.helios',
    'secret.helios.',
    'secret..x',
    'Secret.helios.x',
    'nothing.helios.x',
    'share.helios.S',
    'share.helios.S/',
    'share.helios./user:x',
    ' secret.helios.x',
    'constructor.helios.x',
  ])('are not made of %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
    expect(() => mustParseAddress(text)).toThrow('not an address');
  });

  it('know their parents, which are addresses', () => {
    holds(address, (one) => {
      const parent = parentAddress(one);
      expect(parent === undefined).toBe(!HAS_PARENT.has(one.kind));
      if (parent !== undefined)
        expect(parseAddress(parent)).toMatchObject({ provider: one.provider, name: one.name });
    });
    expect(KINDS.filter(isListKind)).toEqual(['share', 'server_usage', 'fdw_usage']);
  });
});
