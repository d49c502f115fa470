import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { randomOf, sampled } from '../leaks/rounds.js';
import { needs } from '../support/services.js';
import { startRealPostgres } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { readCases } from './cases.js';
import type { RecordedCase } from './cases.js';
import { difference } from './compare.js';
import { healed, playAll, readExceptions, report, unexpected } from './report.js';
import type { Played } from './report.js';
import { hostOf, lossOf } from './stage.js';

/** The recordings, with how many cases each has. */
const RECORDINGS = [
  { file: 'duckdb-fdw-cases.json', all: 506 },
  { file: 'duckdb-fdw-cases-2.json', all: 322 },
] as const;

/** The list of exceptions can only shrink. */
const MOST_EXCEPTIONS = 26;

/** How many of the recorded cases are played on each server every day; `npm run test:fdw-cases` plays all. */
const SAMPLE = 120;

const MINUTES = 60_000;

const casesOf = ({ file }: { readonly file: string }): Promise<readonly RecordedCase[]> =>
  readCases(fileURLToPath(new URL(`../fixtures/${file}`, import.meta.url)));

const SERVERS = ([18, 15] as const).flatMap((version) =>
  RECORDINGS.map((recording) => ({ version, ...recording })),
);

describe.each(SERVERS)('the cases of $file on PostgreSQL $version', ({ version, file, all }) => {
  let server: RealPostgres | undefined;
  let missing = 'not tried';
  let recorded = 0;
  let played: readonly Played[] = [];

  beforeAll(async () => {
    const started = await startRealPostgres({ version });
    if ('skipped' in started) {
      missing = started.skipped;
      return;
    }
    server = started;
    const path = fileURLToPath(new URL(`../fixtures/${file}`, import.meta.url));
    played = await playAll({ url: started.superuserUrl, logFile: started.logFile }, path, (cases) => {
      recorded = cases.length;
      const sample = new Set(sampled(randomOf(`${file} ${String(version)}`, 0), cases, SAMPLE));
      // Those of the database `fresh` build on each other.
      return cases.filter((one) => sample.has(one) || one.db === 'fresh');
    });
  }, 10 * MINUTES);

  afterAll(async () => {
    await server?.stop();
  });

  it('agree with the stand-in, but for those that are listed with a reason', (context) => {
    needs(context, `PostgreSQL ${version}`, server === undefined ? missing : undefined);
    expect(recorded).toBe(all);
    expect(played.length).toBeGreaterThanOrEqual(process.env['ROUNDS'] === undefined ? SAMPLE : all);
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

  it.each(RECORDINGS)('excepts at most a fifth of $file, and names cases that exist', async ({ file }) => {
    const ids = (await Promise.all(RECORDINGS.map(casesOf))).flat().map(({ id }) => id);
    const exceptions = Object.keys(await readExceptions());
    expect(exceptions.filter((id) => !ids.includes(id))).toEqual([]);
    const own = (await casesOf({ file })).map(({ id }) => id);
    expect(own.filter((id) => exceptions.includes(id)).length / own.length).toBeLessThan(0.2);
  });
});

describe('what a case needs', () => {
  const missing = 'the real aws extension in <stub-extension-dir>; no AWS credentials on the host';

  it('becomes facts about the host', () => {
    expect(hostOf({}, false)).toEqual({ isAwsStub: false });
    expect(hostOf({ needs: missing }, true)).toEqual({ isAwsStub: true });
    expect(
      hostOf({ needs: `~/.aws/credentials of the server's user with a key AKIAEXAMPLE` }, false),
    ).toEqual({
      isAwsStub: false,
      awsKeys: { default: 'AKIAEXAMPLE' },
    });
    const endpoint = 'a token endpoint on 127.0.0.1:55911 that answers {}, which stops after the fourth step';
    expect(hostOf({ needs: endpoint }, false)).toMatchObject({ tokenEndpoints: ['http://127.0.0.1:55911'] });
    expect([lossOf({ needs: missing }), lossOf({ needs: endpoint })]).toEqual([undefined, 4]);
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
