import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { randomOf, sampled } from '../leaks/rounds.js';
import { needs } from '../support/services.js';
import { startRealPostgres } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { difference } from './compare.js';
import { healed, playAll, readExceptions, report, unexpected } from './report.js';
import type { Played } from './report.js';

const file = fileURLToPath(new URL('../fixtures/duckdb-fdw-cases.json', import.meta.url));

/** The list of exceptions can only shrink. */
const MOST_EXCEPTIONS = 23;

/** How many of the recorded cases are played on each server every day; `npm run test:fdw-cases` plays all. */
const SAMPLE = 150;

const MINUTES = 60_000;

describe.each([18, 15] as const)('the recorded cases on PostgreSQL %i', (version) => {
  let server: RealPostgres | undefined;
  let missing = 'not tried';
  let all = 0;
  let played: readonly Played[] = [];

  beforeAll(async () => {
    const started = await startRealPostgres({ version });
    if ('skipped' in started) {
      missing = started.skipped;
      return;
    }
    server = started;
    played = await playAll({ url: started.superuserUrl, logFile: started.logFile }, file, (cases) => {
      all = cases.length;
      const sample = new Set(sampled(randomOf(`recorded cases ${String(version)}`, 0), cases, SAMPLE));
      // Those of the database `fresh` build on each other.
      return cases.filter((one) => sample.has(one) || one.db === 'fresh');
    });
  }, 10 * MINUTES);

  afterAll(async () => {
    await server?.stop();
  });

  it('agree with the stand-in, but for those that are listed with a reason', (context) => {
    needs(context, `PostgreSQL ${version}`, server === undefined ? missing : undefined);
    expect(all).toBe(506);
    expect(played.length).toBeGreaterThanOrEqual(process.env['ROUNDS'] === undefined ? SAMPLE : 506);
    expect(unexpected(played), report(played)).toEqual([]);
  });

  it('are listed only while they disagree', (context) => {
    needs(context, `PostgreSQL ${version}`, server === undefined ? missing : undefined);
    expect(healed(played).map((one) => one.recorded.id)).toEqual([]);
  });
});

describe('the list of exceptions', () => {
  it('gives a reason for each, and does not grow', async () => {
    const exceptions = Object.values(await readExceptions());
    expect(exceptions.length).toBeLessThanOrEqual(MOST_EXCEPTIONS);
    expect(exceptions.filter(({ reason }) => reason.length < 20)).toEqual([]);
  });
});

describe('the comparison', () => {
  const ok = { ok: true, columns: ['a'], rows: [['1']] };
  const refused = { ok: false, sqlstate: 'XX000', message: 'no', detail: 'd' };

  it('sees rows, columns, notices, SQLSTATE, message and detail', () => {
    expect(difference('SELECT 1', ok, ok)).toBeUndefined();
    expect(difference('SELECT 1', refused, refused)).toBeUndefined();
    expect(difference('SELECT 1', ok, refused)).toContain('it failed: XX000 no');
    expect(difference('SELECT 1', refused, ok)).toContain('it succeeded; recorded was XX000 no');
    expect(difference('SELECT 1', ok, { ...ok, rows: [['2']] })).toContain('rows');
    expect(difference('SELECT 1', ok, { ...ok, columns: ['b'] })).toContain('columns');
    expect(difference('SELECT 1', ok, { ...ok, notices: [{ message: 'n' }] })).toContain('notices');
    expect(difference('SELECT 1', refused, { ...refused, sqlstate: '42501' })).toContain('sqlstate');
    expect(difference('SELECT 1', refused, { ...refused, message: 'yes' })).toContain('message');
    expect(difference('SELECT 1', refused, { ...refused, detail: 'e' })).toContain('detail');
    expect(difference('SELECT 1', { ok: false, blocked: true }, ok)).toContain('blocked');
  });

  it('takes from a DuckDB query other than the list of secrets only whether it works', () => {
    expect(
      difference('SELECT * FROM duckdb.query($$ SELECT 1 AS one $$)', ok, { ...ok, rows: [] }),
    ).toBeUndefined();
    const listing =
      'SELECT * FROM duckdb.query($$ SELECT name, type, provider, storage, scope, secret_string FROM duckdb_secrets() $$)';
    expect(difference(listing, ok, { ...ok, rows: [] })).toContain('rows');
  });
});
