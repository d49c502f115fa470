import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Sensitive, plain, sensitive } from '../../src/model/index.js';
import type { DesiredResource } from '../../src/model/index.js';
import { runScope } from '../scope.js';
import { duckdb } from '../../src/providers/duckdb/index.js';
import { createStatement } from '../../src/providers/duckdb/create.js';

/** Texts that quoting, splitting or encoding could spoil. */
const hard = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        "'",
        '"',
        '\\',
        '\n',
        '\0',
        '$1',
        ';',
        '=',
        ';bearer_token=',
        ';http_proxy=',
        ';verify_ssl=true',
        'redacted',
        'NULL',
        '--',
        '€',
        '😀',
        '{a=b}',
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
);

it('every value comes back as it was written, whatever is in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-values-'));
  try {
    const session = await duckdb.open(
      { name: 'd', fields: { secret_directory: plain(folder) } },
      { ...runScope(), stack: 's', parallelism: 1 },
    );
    const pairs = fc.sample(fc.tuple(hard, hard), 150);
    const desired = pairs.map(([token, proxy], index): DesiredResource => ({
      address: `duckdb_secret.d.n${index}`,
      dependsOn: [],
      lifecycle: {},
      fields: {
        type: plain('http'),
        'options.bearer_token': sensitive(new Sensitive(token)),
        'options.http_proxy': plain(proxy),
      },
    }));
    const failures: unknown[] = [];
    await session.apply(
      desired.map((resource) => ({
        desired: resource,
        change: {
          action: 'create',
          address: resource.address,
          reason: 'test',
          fields: [],
          precondition: { kind: 'absent' },
          after: [],
          fingerprints: {},
        },
      })),
      (outcome) => {
        if (outcome.status !== 'done') failures.push(outcome);
      },
      () => Promise.resolve(true),
    );
    expect(failures).toEqual([]);
    expect((await readdir(folder)).length).toBe(pairs.length);
    const { resources } = await session.read({ desired, records: [], authoritative: [] });
    const byAddress = new Map(resources.map((resource) => [resource.address, resource.fields]));
    let doubtful = 0;
    for (const [index, [token, proxy]] of pairs.entries()) {
      const fields = byAddress.get(`duckdb_secret.d.n${index}`);
      if (fields?.['options']?.kind === 'hidden') {
        doubtful += 1;
        continue;
      }
      const found = fields?.['options.bearer_token'];
      expect(found?.kind === 'sensitive' && found.value.reveal()).toBe(token);
      expect(fields?.['options.http_proxy']).toEqual(plain(proxy));
    }
    // The file tells one option from the next.
    expect(doubtful).toBe(0);
    expect(await readFile(join(folder, 'n0.duckdb_secret'))).toBeInstanceOf(Buffer);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it('no value stands in the text of a statement, and names cannot leave their quotes', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), hard, (name, value) => {
      const { sql, values } = createStatement('PERSISTENT', name, {
        type: plain('http'),
        'options.bearer_token': sensitive(new Sensitive(`canary${value}`)),
      });
      expect(sql).toBe(
        `CREATE PERSISTENT SECRET "${name.replaceAll('"', '""')}" (TYPE "http", "bearer_token" $1)`,
      );
      expect(values).toEqual([`canary${value}`]);
    }),
  );
});
