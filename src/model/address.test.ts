import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/core/seeded.js';
import { kinds } from '../../test/core/kinds.js';
import { formatAddress } from './address.js';
import type { Address } from './address.js';

const odd = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.constantFrom('a.b', 'user:ana@x.example.com', 'team:Machine Learning', 'a/b', '/', '.', ' ', '\n', '*'),
);
const hasNoSlash = (text: string): boolean => !text.includes('/');
const provider = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[./]/.test(text));
const HAS_PARENT = new Set(['share', 'user_mapping', 'server_usage']);
const address: fc.Arbitrary<Address> = fc
  .record({ kind: fc.constantFrom(...kinds.all.map(({ kind }) => kind)), provider, name: odd, member: odd })
  .filter(({ kind, name }) => !HAS_PARENT.has(kind) || hasNoSlash(name))
  .map(({ member, ...rest }) => (HAS_PARENT.has(rest.kind) ? { ...rest, member } : rest));

describe('addresses', () => {
  it('survive being written and read', () => {
    holds(
      address,
      (one) => {
        expect(kinds.parse(formatAddress(one))).toEqual(one);
      },
      1000,
    );
  });

  it('are written as they were read', () => {
    const text = fc.oneof(
      odd,
      fc
        .tuple(fc.constantFrom(...kinds.all.map(({ kind }) => kind)), odd, odd, odd)
        .map(([kind, a, b, c]) => `${kind}.${a}.${b}/${c}`),
    );
    holds(text, (one) => {
      const parsed = kinds.parse(one);
      if (parsed !== undefined) expect(formatAddress(parsed)).toBe(one);
    });
  });

  it('keep dots, slashes, spaces and @ of names', () => {
    expect(kinds.parse('share.helios.S/user:a.b@x.example.com')).toEqual({
      kind: 'share',
      provider: 'helios',
      name: 'S',
      member: 'user:a.b@x.example.com',
    });
    expect(kinds.parse('share.helios.S/team:A / B')?.member).toBe('team:A / B');
    expect(kinds.parse('user_mapping.wh.lake.eu/my role')).toMatchObject({
      name: 'lake.eu',
      member: 'my role',
    });
    expect(kinds.parse('secret.helios.a/b.c')?.name).toBe('a/b.c');
    expect(kinds.parse('fdw_usage.wh.a/b')).toEqual({ kind: 'fdw_usage', provider: 'wh', name: 'a/b' });
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
    expect(kinds.parse(text)).toBeUndefined();
    expect(() => kinds.mustParse(text)).toThrow('not an address');
  });

  it('know their parents, which are addresses', () => {
    holds(address, (one) => {
      const parent = kinds.parentOf(one);
      expect(parent === undefined).toBe(!HAS_PARENT.has(one.kind));
      if (parent !== undefined)
        expect(kinds.parse(parent)).toMatchObject({ provider: one.provider, name: one.name });
    });
    expect(kinds.all.map(({ kind }) => kind).filter((kind) => kinds.isList(kind))).toEqual([
      'share',
      'server_usage',
      'fdw_usage',
    ]);
  });
});
