import { describe, expect, it } from 'vitest';
import { plain } from '../../../model/index.js';
import type { DesiredResource } from '../../../model/index.js';
import { releaseOf } from '../../sdk/duckdb-options.js';
import { dependsOnRelease, releaseDiagnostics, releaseIn } from './release.js';

const server = (
  fields: Readonly<Record<string, string>>,
  more: Partial<DesiredResource> = {},
): DesiredResource => ({
  address: 'duckdb_server.wh.lake',
  dependsOn: [],
  lifecycle: {},
  fields: Object.fromEntries(Object.entries(fields).map(([path, value]) => [path, plain(value)])),
  ...more,
});

const NEWER = server({ type: 's3', 'options.verify_ssl': 'true' });
const KNOWN = server({ type: 's3', 'options.region': 'x', 'options.scope': 's3://a' });

describe("the release of the database's DuckDB", () => {
  it('matters only where the releases differ in what is used', () => {
    expect(dependsOnRelease([KNOWN])).toBe(false);
    expect(dependsOnRelease([NEWER])).toBe(true);
    expect(dependsOnRelease([{ ...NEWER, optionsUnchecked: true }])).toBe(false);
  });

  it('is what the server says, or else what the version of the extension tells', () => {
    const build = { extension: 'pg_duckdb', extensionVersion: '1.2.0' };
    expect(releaseIn(build, 'v1.5.4')?.name).toBe('1.5');
    expect(releaseIn(build, 'v3.0.0')).toBeUndefined();
    expect(releaseIn(build, undefined)).toBeUndefined();
    expect(releaseIn({ ...build, extensionVersion: '1.1.1' }, undefined)?.name).toBe('1.4');
    expect(releaseIn({ ...build, extensionVersion: '1.10.0' }, undefined)).toBeUndefined();
    expect(releaseIn({ extension: 'pgpro_axe', extensionVersion: '1.1.0' }, undefined)).toBeUndefined();
  });

  it('refuses what it does not have', () => {
    expect(releaseDiagnostics([NEWER, KNOWN], releaseOf('1.4'))).toMatchObject([
      { severity: 'error', code: 'option-not-in-release', address: NEWER.address },
    ]);
    expect(releaseDiagnostics([NEWER, KNOWN], releaseOf('1.5'))).toEqual([]);
    expect(releaseDiagnostics([{ ...NEWER, optionsUnchecked: true }], releaseOf('1.4'))).toEqual([]);
  });

  it('of which there is no table is taken for the newest, and warned of', () => {
    expect(releaseDiagnostics([NEWER], undefined)).toEqual([]);
    const options = { type: 'postgres', 'options.host': 'h', 'options.sslmode': 'require' };
    // Nothing is known of postgres in the newest release.
    expect(releaseDiagnostics([server(options)], undefined)).toEqual([]);
    expect(releaseDiagnostics([server(options)], releaseOf('1.4'))).toMatchObject([{ severity: 'error' }]);
    const mapping: DesiredResource = {
      ...server({ 'options.http_proxy_password': 'x' }),
      address: 'user_mapping.wh.lake/public',
    };
    const chain = server({ type: 's3', 'options.provider': 'credential_chain' });
    expect(releaseDiagnostics([chain, mapping], releaseOf('1.4'))).toMatchObject([
      { severity: 'error', address: mapping.address },
    ]);
  });
});
