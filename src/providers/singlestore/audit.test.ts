import { describe, expect, it } from 'vitest';
import { Sensitive } from '../../model/index.js';
import { audit, auditValues, MAX_VALUE_BYTES } from './audit.js';

const resource = (address: string) => ({ address, dependsOn: [], lifecycle: {}, fields: {} });
const codes = (...addresses: string[]) => audit(addresses.map(resource)).map((diagnostic) => diagnostic.code);

describe('audit', () => {
  it('takes letters, digits and underscores in names', () => {
    expect(codes('secret.helios.aZ_09', 'secret.helios._')).toEqual([]);
    for (const name of ['a-b', 'a.b', 'a/b', 'a b', 'ä', 'a\n']) {
      expect(codes(`secret.helios.${name}`)).toEqual(['invalid-secret-name']);
    }
  });

  it('takes users by e-mail address or id, teams by any name, and self', () => {
    const fine = [
      'self',
      'user:self',
      'user:a@b.c',
      'user:0e1f5c2a-0000-4000-8000-000000000001',
      'team:A/B (old)',
    ];
    expect(codes(...fine.map((one) => `share.helios.A/${one}`))).toEqual([]);
    const wrong = ['ana@example.com', 'user:ana', 'team:', 'team: ', 'group:x', 'user:a b@c'];
    for (const one of wrong) expect(codes(`share.helios.A/${one}`)).toEqual(['invalid-principal']);
  });
});

describe('auditValues', () => {
  const value = (text: string) => ({
    ...resource('secret.helios.A'),
    fields: { value: { kind: 'sensitive' as const, value: new Sensitive(text) } },
  });

  it('counts bytes, not letters, and shows none of them', () => {
    expect(auditValues([value('x'.repeat(MAX_VALUE_BYTES)), value('')])).toEqual([]);
    const [problem] = auditValues([value('ü'.repeat(MAX_VALUE_BYTES / 2 + 1))]);
    expect(problem).toMatchObject({ code: 'value-too-large', address: 'secret.helios.A' });
    expect(JSON.stringify(problem)).not.toContain('ü');
  });
});
