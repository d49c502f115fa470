import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SEED } from '../support/seed.js';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { dumpDatabase, dumpHelios } from '../support/dump.js';
import { engineOf } from '../support/engine.js';
import { onPostgres, tokenOf } from '../support/site.js';
import { makeProject } from '../support/project.js';
import { randomConfiguration, written } from './random-configuration.js';
import type { MappingValue, RandomConfiguration } from './random-configuration.js';

const RUNS = Number(process.env['RUNS'] ?? 8);

onPostgres('random configurations', (server) => {
  it(
    'are what both systems hold after an apply, with nothing left to do',
    async () => {
      console.info(`random configurations: SEED=${String(SEED)} RUNS=${String(RUNS)}`);
      await fc.assert(
        fc.asyncProperty(randomConfiguration, randomConfiguration, (first, second) =>
          holds(server(), [first, second]),
        ),
        // Making a counterexample small takes longer than finding it: with more runs than the usual few, by hand.
        { seed: SEED, numRuns: RUNS, endOnFailure: RUNS < 20 },
      );
    },
    60_000 + RUNS * 10_000,
  );
});

/** Applies one configuration after the other to systems of their own. */
async function holds(server: RealPostgres, steps: readonly RandomConfiguration[]): Promise<void> {
  const [helios, databaseUrl] = await Promise.all([startHelios(), server.createDatabase()]);
  const surroundings = {
    SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
    WAREHOUSE_URL: databaseUrl,
  };
  const { folder, remove } = await makeProject({});
  try {
    for (const step of steps) {
      const { yaml, env } = written(step);
      await writeFile(join(folder, 'secrets.yaml'), yaml);
      const engine = engineOf({ folder, env: { ...surroundings, ...env } });
      await engine.applied();
      expectSecrets(step, dumpHelios(helios));
      await expectServers(step, databaseUrl);
      await engine.settled();
    }
  } finally {
    await Promise.all([helios.close(), remove()]);
  }
}

function expectSecrets({ secrets }: RandomConfiguration, found: ReturnType<typeof dumpHelios>): void {
  expect(Object.keys(found)).toEqual(Object.keys(secrets).sort());
  for (const [name, { value, owners, readers }] of Object.entries(secrets)) {
    expect(found[name]?.value, name).toBe(value);
    if (owners === undefined || readers === undefined) continue;
    const access = [
      'Owner user:ci-bot@example.com',
      ...owners.map((owner) => `Owner ${owner}`),
      ...readers.map((reader) => `Reader ${reader}`),
    ];
    expect(found[name]?.access, name).toEqual(access.sort());
  }
}

async function expectServers({ secrets, servers }: RandomConfiguration, databaseUrl: string): Promise<void> {
  const found = new Map((await dumpDatabase(databaseUrl)).servers.map((server) => [server.name, server]));
  expect([...found.keys()].sort()).toEqual(Object.keys(servers).sort());
  const textOf = (value: MappingValue): string =>
    'secret' in value ? (secrets[value.secret]?.value ?? '') : value.text;
  for (const [name, wanted] of Object.entries(servers)) {
    const actual = found.get(name);
    expect(actual?.type, name).toBe(wanted.type);
    expect(actual?.options, name).toEqual(
      Object.fromEntries(Object.entries(wanted.options).map(([option, value]) => [option, String(value)])),
    );
    expect(actual?.mappings, name).toEqual(
      Object.fromEntries(
        Object.entries(wanted.mappings).map(([role, options]) => [
          role === 'current_user' ? 'postgres' : role,
          Object.fromEntries(Object.entries(options).map(([option, value]) => [option, textOf(value)])),
        ]),
      ),
    );
    if (wanted.owner !== undefined) expect(actual?.owner, name).toBe(wanted.owner);
    // An owner holds USAGE without a grant.
    const holders = wanted.usage?.filter((role) => role !== actual?.owner).sort();
    if (holders !== undefined) expect(actual?.usage, name).toEqual(holders);
  }
}
