import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseTables } from '../../src/providers/sdk/duckdb-options/releases.js';
import type { ReleaseTable } from '../../src/providers/sdk/duckdb-options/table.js';
import {
  findOptionSet,
  isSensitiveOption,
  releaseOf,
  releases,
} from '../../src/providers/sdk/duckdb-options.js';
import { fileURLToPath } from 'node:url';
import { nodeDriver } from './drivers.js';
import type { Driver } from './drivers.js';
import { mergeTables } from './merge.js';
import { recordOptions } from './record.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What was measured through the wrapper, option by option. */
const measured = JSON.parse(
  readFileSync(new URL('../fixtures/duckdb-options-measured.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, string>>>>;

describe('the tables of options', () => {
  it('have one release line each, oldest first', () => {
    expect(releaseTables.map(({ release }) => release)).toEqual(['1.4', '1.5', '2.0']);
    expect(releases.map(({ name }) => name)).toEqual(['1.4', '1.5', '2.0']);
    for (const { release, version } of releaseTables) expect(version).toMatch(new RegExp(`^v${release}\\.`));
  });

  it('say where each set is from, and which types could not be had', () => {
    for (const { sets, unread } of releaseTables) {
      expect(sets.filter(({ basis, source }) => (basis === 'source') !== (source !== undefined))).toEqual([]);
      const types = new Set(sets.map(({ type }) => type));
      expect(unread.filter(({ type }) => types.has(type))).toEqual([]);
    }
  });

  it('of 1.5 agrees with what was measured through the wrapper', () => {
    const wrong: string[] = [];
    for (const [key, options] of Object.entries(measured)) {
      const [type = '', provider] = key.split('/');
      const set = releaseOf('1.5')?.find(type, provider);
      for (const [name, verdict] of Object.entries(options)) {
        const rule = set?.options.find((option) => option.name === name);
        const accepted = verdict !== 'unknown';
        if ((rule !== undefined) !== accepted) wrong.push(`${key} ${name}: ${verdict}`);
        if (verdict.startsWith('mapping-only') && rule?.place !== 'mapping')
          wrong.push(`${key} ${name}: open`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['s3', 'credential_chain', 'http_proxy_password'],
    ['postgres', undefined, 'scram_client_key'],
    ['postgres', undefined, 'scram_server_key'],
    ['postgres', undefined, 'oauth_client_secret'],
    ['iceberg', undefined, 'refresh_token'],
    ['iceberg', undefined, 'extra_http_headers'],
    ['rds', undefined, 'secret'],
    ['ducklake', undefined, 'metadata_path'],
  ])('keep in the mapping: %s %s %s', (type, provider, name) => {
    expect(findOptionSet(type, provider)?.options.map((option) => option.name)).toContain(name);
    expect(isSensitiveOption(type, provider, name)).toBe(true);
  });

  it.each([
    ['s3', 'credential_chain', 'http_proxy_username'],
    ['postgres', undefined, 'oauth_issuer'],
    ['postgres', undefined, 'oauth_scope'],
    ['postgres', undefined, 'oauth_client_id'],
    ['postgres', undefined, 'sslkeylogfile'],
    ['iceberg', undefined, 'expires_in'],
    ['rds', undefined, 'rds_host'],
  ])('allow in the server: %s %s %s', (type, provider, name) => {
    expect(findOptionSet(type, provider)?.options.map((option) => option.name)).toContain(name);
    expect(isSensitiveOption(type, provider, name)).toBe(false);
  });

  it('differ by release', () => {
    const has = (release: string, type: string, name: string): boolean | undefined =>
      releaseOf(release)
        ?.find(type, undefined)
        ?.options.some((option) => option.name === name);
    expect(has('v1.4.4', 's3', 'verify_ssl')).toBe(false);
    expect(has('v1.5.4', 's3', 'verify_ssl')).toBe(true);
    expect(has('2.0.0', 'mysql', 'host')).toBeUndefined();
    expect(releaseOf('v3.1.0')).toBeUndefined();
    expect(releaseOf('v1.50.0')).toBeUndefined();
  });
});

describe('recording', () => {
  let driver: Driver;
  let recorded: ReleaseTable;
  beforeAll(async () => {
    driver = await nodeDriver(root, {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    recorded = await recordOptions(driver, undefined);
  });
  afterAll(() => driver.close());

  it('the embedded DuckDB gives what the table of its release has', () => {
    const table = releaseTables.find(({ release }) => release === recorded.release);
    expect(recorded.sets.map(({ type, provider }) => `${type}/${provider}`)).toEqual([
      'http/config',
      'http/env',
    ]);
    for (const set of recorded.sets) {
      expect(table?.sets).toContainEqual(set);
    }
  });

  it('and merged into the table, leaves it as it is', () => {
    const table = releaseTables.find(({ release }) => release === recorded.release);
    expect(mergeTables(table, recorded).sets).toEqual(table?.sets);
  });

  it('names the extensions of types that it does not have', () => {
    expect(recorded.unread).toContainEqual({ type: 's3', extension: 'httpfs' });
  });
});
