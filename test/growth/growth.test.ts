import { describe, expect, it, onTestFinished } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import { COMMAND, start } from '../support/command.js';
import { onEachPostgres } from '../support/postgres/block.js';
import { query } from '../support/postgres/index.js';
import { makeProject } from '../support/project.js';
import { tokenOf } from '../support/site.js';
import { countsOf, superlinear } from './counts.js';
import type { Counts } from './counts.js';

/*
 * No verb does more than twice the work for twice the input. Work is counted, not timed: each function and loop of the built program.
 */

const VERBS: readonly (readonly string[])[] = [
  ['validate'],
  ['plan'],
  ['plan', '--json'],
  ['apply', '--auto-approve'],
  ['plan'],
  ['drift'],
  ['state', 'list'],
  ['pull'],
];

/** Runs all verbs on one configuration. Gives what each of them ran. */
async function countsOfVerbs(configuration: string, env: Record<string, string>): Promise<readonly Counts[]> {
  const project = await makeProject({ 'secrets.yaml': configuration }, env);
  onTestFinished(project.remove);
  const all: Counts[] = [];
  for (const verb of VERBS) {
    const counts = await countsOf(async (variables) => {
      const running = start(COMMAND, verb, { cwd: project.folder, env: { ...project.env, ...variables } });
      const finished = await running.finished;
      expect(finished, verb.join(' ')).toMatchObject({ code: 0 });
    });
    expect(counts.size).toBeGreaterThan(1_000);
    all.push(counts);
  }
  return all;
}

function expectLinear(small: readonly Counts[], large: readonly Counts[]): void {
  const found = VERBS.map((verb, index) => [
    `${String(index)} ${verb.join(' ')}`,
    superlinear(small[index] ?? new Map(), large[index] ?? new Map()).slice(0, 10),
  ]);
  expect(Object.fromEntries(found.filter(([, pieces]) => pieces?.length !== 0))).toEqual({});
}

const numbers = (size: number): readonly number[] => Array.from({ length: size }, (_, index) => index);

onEachPostgres(
  'work grows with the input: servers and mappings',
  { versions: [18], standIn: false },
  (server) => {
    it('is linear', async () => {
      const run = async (size: number): Promise<readonly Counts[]> => {
        const url = await server().createDatabase();
        // The bare wrapper: what is measured is the program.
        await query(url, 'CREATE FOREIGN DATA WRAPPER duckdb');
        const servers = numbers(size).map(
          (number) => `  s${String(number)}:
    type: s3
    options: { region: us-east-1, scope: "s3://bucket-${String(number)}" }
    owner: postgres
    usage: [pg_monitor]
    user_mappings:
      postgres: { key_id: { env: KEY_ID }, secret: { env: KEY } }
      public: { key_id: { env: KEY_ID }, secret: { env: KEY } }
`,
        );
        return countsOfVerbs(
          `version: 1\nstack: growth\nproviders: { pg: { type: postgres, url: { env: URL } } }\nduckdb_servers:\n${servers.join('')}`,
          { URL: url, KEY_ID: 'AKIAIOSFODNN7EXAMPLE', KEY: 'a-key-of-this-test-only' },
        );
      };
      expectLinear(await run(150), await run(300));
    });
  },
);

describe('work grows with the input: secrets and shares', () => {
  it('is linear', async () => {
    const run = async (size: number): Promise<readonly Counts[]> => {
      const helios = await startHelios();
      onTestFinished(helios.close);
      const secrets = numbers(size).map(
        (number) =>
          `  S${String(number)}: { value: { env: VALUE }, owners: [team:Platform], readers: ['user:ben@example.com'] }\n`,
      );
      return countsOfVerbs(
        `version: 1\nstack: growth\nproviders: { helios: { type: singlestore } }\nsecrets:\n${secrets.join('')}shares:\n  - { secrets: ['S*'], readers: ['team:Data Engineering'] }\n`,
        {
          SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
          SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
          VALUE: 'a-value-of-this-test-only',
        },
      );
    };
    expectLinear(await run(60), await run(120));
  });
});
