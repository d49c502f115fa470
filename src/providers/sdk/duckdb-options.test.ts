import { describe, expect, it } from 'vitest';
import {
  findOptionSet,
  isKnownOption,
  isSensitiveOption,
  optionSets,
  secretTypes,
} from './duckdb-options.js';

describe('the table of options', () => {
  it('has one default provider for each type', () => {
    for (const type of secretTypes) {
      expect(optionSets.filter((optionSet) => optionSet.type === type && optionSet.isDefault)).toHaveLength(
        1,
      );
    }
  });

  it('has each option of a type and provider once', () => {
    for (const set of optionSets) {
      const names = set.options.map((option) => option.name);
      expect(new Set(names).size).toBe(names.length);
      expect(names).toContain('scope');
      expect(names).toContain('provider');
    }
  });

  it('takes types without case, and the default where no provider is named', () => {
    expect(findOptionSet('S3', undefined)?.provider).toBe('config');
    expect(findOptionSet('s3', 'CREDENTIAL_CHAIN')?.provider).toBe('credential_chain');
    expect(findOptionSet('gdrive', undefined)).toBeUndefined();
  });

  it('knows what is sensitive, the option of an unknown type by what others do', () => {
    expect(isSensitiveOption('s3', undefined, 'secret')).toBe(true);
    expect(isSensitiveOption('s3', undefined, 'key_id')).toBe(false);
    expect(isSensitiveOption('s3', undefined, 'refresh_info')).toBe(true);
    expect(isSensitiveOption('http', undefined, 'extra_http_headers')).toBe(true);
    expect(isSensitiveOption('gdrive', undefined, 'token')).toBe(true);
    expect(isSensitiveOption('gdrive', undefined, 'region')).toBe(false);
    expect(isSensitiveOption('azure', 'unheard_of', 'client_secret')).toBe(true);
  });

  it('knows every option by name', () => {
    expect(isKnownOption('account_id')).toBe(true);
    expect(isKnownOption('regoin')).toBe(false);
  });
});
