import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { documentsIn, makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';
import { query } from '../support/postgres/index.js';
import { canary, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';

/*
 * Every way in which something could not be checked: the exit code of each verb, what it says to people, and what JSON has of it.
 */

const VERBS = {
  plan: ['plan'],
  detailed: ['plan', '--detailed-exitcode'],
  drift: ['drift'],
  apply: ['apply', '--auto-approve'],
} as const;

type Verb = keyof typeof VERBS;

/** What a verb ends with. */
interface End {
  readonly code: number;
  /** In what it prints, on either stream. */
  readonly says?: RegExp;
  /** In `plan` of the document, or in the document of `drift`; for `apply`, in its plan event. */
  readonly has?: object;
  /** The codes of its problems in JSON. */
  readonly problem?: string;
}

interface Row {
  readonly title: string;
  readonly arrange: () => Promise<{ readonly project: Project; readonly args?: readonly string[] }>;
  readonly ends: Readonly<Record<Verb, End>>;
}

const CONFIGURATION = `version: 1
stack: e2e
providers:
  helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } }
  warehouse: { type: postgres, url: { env: WAREHOUSE_URL } }
secrets:
  HF_TOKEN: { value: { env: HF_TOKEN }, owners: [team:Platform] }
duckdb_servers:
  lake:
    type: s3
    options: { region: us-east-1 }
    user_mappings:
      analyst: { key_id: { env: AWS_ACCESS_KEY_ID }, secret: { env: AWS_SECRET_KEY } }
`;

const KEY = { SECRETS_KEY: 'k'.repeat(40) };
const KEEPER = 'unchecked_keeper';
/** Reserved by IANA: nobody listens there. */
const NOBODY = '127.0.0.1:1011';

const MAPPING = 'user_mapping.warehouse.lake/analyst';
const SECRET = 'secret.helios.HF_TOKEN';

/** The same end for every verb. */
function always(end: End): Row['ends'] {
  return { plan: end, detailed: end, drift: end, apply: end };
}

/** What is left since it could not be checked: 0 for a plan that nobody asked, else 3. */
function left(entry: object, says: RegExp): Row['ends'] {
  const has = { unverified: [{ ...entry, outcome: 'left' }] };
  const three = { code: 3, says, has };
  return { plan: { ...three, code: 0 }, detailed: three, drift: three, apply: three };
}

onPostgres(
  'what could not be checked',
  (server) => {
    /** The role applies what it owns, and may not read the mappings of others. */
    const asKeeper = async (
      env: Readonly<Record<string, string>>,
      configuration = CONFIGURATION,
    ): Promise<Site> => {
      const site = await openSite(server(), { files: { 'secrets.yaml': configuration }, env });
      await query(
        site.databaseUrl,
        `DO $$ BEGIN CREATE ROLE unchecked_ducks; CREATE ROLE ${KEEPER} LOGIN IN ROLE unchecked_ducks;
         EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO ${KEEPER}`,
      );
      const url = new URL(site.databaseUrl);
      url.username = KEEPER;
      site.env['WAREHOUSE_URL'] = url.href;
      return site;
    };
    const remoteState = async (): Promise<{
      readonly text: string;
      readonly env: Record<string, string>;
    }> => ({
      text: CONFIGURATION.replace(
        'providers:',
        'state: { backend: postgres, url: { env: STATE } }\nproviders:',
      ),
      env: { STATE: await server().createDatabase() },
    });
    const applied = async (site: Site): Promise<Site> => {
      await site.applied();
      return site;
    };
    const plainSite = (env: Readonly<Record<string, string>> = KEY): Promise<Site> =>
      openSite(server(), { files: { 'secrets.yaml': CONFIGURATION }, env });
    const byHand = (site: Site): Promise<unknown> => {
      const value = (site.env['BY_HAND'] = canary('by-hand'));
      return query(
        site.databaseUrl,
        `ALTER USER MAPPING FOR analyst SERVER lake OPTIONS (SET secret '${value}')`,
      );
    };
    const hiddenEntry = { address: MAPPING, path: 'options', cause: 'hidden' };
    const hiddenWords = new RegExp(`\\? ${MAPPING}: options: the role ${KEEPER} may not read them`);

    const rows: readonly Row[] = [
      {
        title: 'hidden options that are as they were',
        arrange: async () => ({ project: await applied(await asKeeper(KEY)) }),
        ends: left(hiddenEntry, hiddenWords),
      },
      {
        title: 'hidden options that somebody changed',
        arrange: async () => {
          const site = await applied(await asKeeper(KEY));
          await byHand(site);
          return { project: site };
        },
        ends: left(hiddenEntry, hiddenWords),
      },
      {
        title: 'hidden options, accepted',
        arrange: async () => {
          const accepting = CONFIGURATION.replace(
            'url: { env: WAREHOUSE_URL } }',
            'url: { env: WAREHOUSE_URL }, unverifiable: accept }',
          );
          return { project: await applied(await asKeeper(KEY, accepting)) };
        },
        ends: always({
          code: 0,
          says: /1 resource could not be checked \(accepted\)|left as it is \(accepted: unverifiable\)/,
          has: { unverified: [{ ...hiddenEntry, outcome: 'left', accepted: true }] },
        }),
      },
      {
        title: 'hidden options, and no key',
        arrange: async () => {
          const { text, env } = await remoteState();
          return { project: await applied(await asKeeper(env, text)) };
        },
        ends: ((): Row['ends'] => {
          const written = { address: MAPPING, path: 'options', cause: 'no-fingerprint', outcome: 'written' };
          const end = {
            says: /options: .*no fingerprint tells.*; an apply writes it/,
            has: { unverified: [written] },
          };
          return {
            plan: { ...end, code: 0 },
            detailed: { ...end, code: 3 },
            drift: { code: 3, says: hiddenWords, has: { unverified: [{ ...hiddenEntry, outcome: 'left' }] } },
            apply: { ...end, code: 0 },
          };
        })(),
      },
      {
        title: 'readable options that are not as wanted, and no key',
        arrange: async () => {
          const { text, env } = await remoteState();
          const site = await applied(await openSite(server(), { files: { 'secrets.yaml': text }, env }));
          await byHand(site);
          return { project: site };
        },
        ends: {
          plan: { code: 0, has: { unverified: [], summary: { change: 1 } } },
          detailed: { code: 2, has: { unverified: [], summary: { change: 1 } } },
          drift: {
            code: 3,
            says: /options\.secret: no fingerprint tells what was last applied/,
            has: { unverified: [{ address: MAPPING, path: 'options.secret', cause: 'no-fingerprint' }] },
          },
          apply: { code: 0 },
        },
      },
      {
        title: 'readable options that are as wanted, and no key',
        arrange: async () => {
          const { text, env } = await remoteState();
          return {
            project: await applied(await openSite(server(), { files: { 'secrets.yaml': text }, env })),
          };
        },
        ends: always({ code: 0, has: { unverified: [] } }),
      },
      {
        title: 'a hidden value of which the system says that nobody touched it',
        arrange: async () => {
          const files = { 'secrets.yaml': CONFIGURATION.replace(', owners: [team:Platform]', '') };
          const site = await applied(await openSite(server(), { files, env: KEY }));
          const { control } = site.helios;
          control.edit({ kind: 'add-role', name: 'Watcher', permissions: ['View'] });
          const [role, user, token] = ['Watcher', 'chloe@example.com', 'token-of-chloe-0123456789'];
          control.edit({ kind: 'grant', secret: 'HF_TOKEN', role, user, by: 'ci-bot@example.com' });
          control.edit({ kind: 'add-key', name: 'watcher', user, token });
          site.env['SINGLESTOREDB_MANAGEMENT_TOKEN'] = token;
          return { project: site };
        },
        ends: always({ code: 0, has: { unverified: [] } }),
      },
      {
        title: 'hidden shares',
        arrange: async () => {
          const site = await applied(await plainSite());
          site.helios.control.addFault({
            kind: 'status',
            status: 403,
            method: 'GET',
            path: 'accessControls$',
            body: JSON.stringify({ error: 'sharing is locked by the security team' }),
          });
          return { project: site };
        },
        ends: left(
          { address: SECRET, members: 'share', cause: 'unseen' },
          /\? secret\.helios\.HF_TOKEN: share: the user of this API key may not see who has access \(status 403\): sharing is locked by the security team/,
        ),
      },
      {
        title: 'a secret that was handed over',
        arrange: async () => {
          const site = await openSite(server(), {
            files: {
              'secrets.yaml': CONFIGURATION.replace(
                'owners: [team:Platform]',
                'owners: [user:ana@example.com], self: drop',
              ),
            },
            env: KEY,
          });
          return { project: await applied(site) };
        },
        ends: left({ address: SECRET, cause: 'unseen' }, /\? secret\.helios\.HF_TOKEN: it was handed over/),
      },
      {
        title: 'a secret directory that DuckDB refuses',
        arrange: async () => {
          const project = await makeProject(
            {
              'secrets.yaml': `version: 1
stack: laptop
providers: { laptop: { type: duckdb, secret_directory: ./store } }
duckdb_secrets: { proxy: { type: http, sensitive: { bearer_token: { env: TOKEN } } } }
`,
            },
            { TOKEN: canary('token') },
          );
          onTestFinished(project.remove);
          expect((await project.run('apply', '--auto-approve')).code).toBe(0);
          await writeFile(join(project.folder, 'store/other.duckdb_secret'), randomBytes(40), {
            mode: 0o600,
          });
          return { project };
        },
        ends: left(
          { address: 'duckdb_secret.laptop.proxy', cause: 'unusable' },
          /\? duckdb_secret\.laptop\.proxy: DuckDB refuses the whole secret directory: .*other\.duckdb_secret" is damaged/,
        ),
      },
      {
        title: 'a system that was not reached',
        arrange: async () => {
          const site = await applied(await plainSite());
          site.env['WAREHOUSE_URL'] = `postgres://postgres@${NOBODY}/warehouse`;
          return { project: site };
        },
        ends: always({
          code: 3,
          says: /^Not seen: warehouse: /m,
          has: { unreachable: [{ provider: 'warehouse' }] },
        }),
      },
      {
        title: 'what --exclude leaves out',
        arrange: async () => ({
          project: await applied(await plainSite()),
          args: ['--exclude', '*.warehouse.*'],
        }),
        ends: always({
          code: 0,
          says: /in what was compared\. 2 resources left out by --target or --exclude\./,
          has: { leftOut: 2 },
        }),
      },
      {
        title: 'a source that cannot be read',
        arrange: async () => {
          const site = await applied(await plainSite());
          delete site.env['HF_TOKEN'];
          return { project: site };
        },
        ends: {
          ...always({ code: 1, says: /^Error: .*HF_TOKEN/m, problem: 'unset-variable' }),
          // With a key no value is needed.
          drift: {
            code: 0,
            says: /^No drift\. The systems hold what was last applied\.$/m,
            has: { unverified: [] },
          },
        },
      },
      {
        title: 'a state that cannot be reached',
        arrange: async () => {
          const { text, env } = await remoteState();
          const site = await applied(await openSite(server(), { files: { 'secrets.yaml': text }, env }));
          site.env['STATE'] = `postgres://postgres@${NOBODY}/state`;
          return { project: site };
        },
        ends: always({ code: 1, says: /^Error: .*state.*127\.0\.0\.1/m }),
      },
      {
        title: 'no state',
        arrange: async () => {
          const site = await applied(await plainSite());
          await rm(join(site.folder, '.secrets'), { recursive: true });
          return { project: site };
        },
        ends: {
          // What exists looks like somebody else's.
          ...always({ code: 1, says: /^Note: No state at /m, problem: 'no-state' }),
          drift: { code: 1, says: /^Error: No state at /m, problem: 'no-state' },
        },
      },
      {
        title: 'another key',
        arrange: async () => {
          const site = await applied(await plainSite());
          site.env['SECRETS_KEY'] = 'o'.repeat(40);
          return { project: site };
        },
        ends: always({ code: 1, says: /^Error: .*key/m }),
      },
    ];

    it.each(rows)('$title', async ({ arrange, ends }) => {
      const { project, args = [] } = await arrange();
      for (const verb of Object.keys(VERBS) as Verb[]) {
        const { code, says, has, problem } = ends[verb];
        const read = verb !== 'apply';
        // An apply changes what the next would find: in text and in JSON it must do the same where it leaves something.
        const text = await project.run(...VERBS[verb], ...args);
        expect([verb, text.code], text.stdout + text.stderr).toEqual([verb, code]);
        if (says !== undefined) expect(text.stdout + text.stderr).toMatch(says);
        const json = await project.run(...VERBS[verb], ...args, '--json');
        expect([verb, json.code]).toEqual([verb, code]);
        const documents = documentsIn(json.stdout);
        const [first] = documents;
        if (has !== undefined) expect(verb === 'drift' ? first : first?.['plan']).toMatchObject(has);
        const diagnostics = (read ? first : documents.at(-1))?.['diagnostics'];
        if (problem !== undefined)
          expect(diagnostics).toContainEqual(expect.objectContaining({ code: problem }));
      }
    });

    it('a value that was rotated reaches a mapping that this role cannot read, with a key and without', async () => {
      const { text, env } = await remoteState();
      for (const [configuration, more] of [
        [CONFIGURATION, KEY],
        [text, env],
      ] as const) {
        const site = await applied(await asKeeper(more, configuration));
        const value = (site.env['AWS_SECRET_KEY'] = canary('rotated'));
        if (more !== KEY) {
          const next = 'Next: Set SECRETS_KEY, run `secrets state rekey`, then apply once';
          expect((await site.run('plan')).stdout).toContain(next);
        }
        expect((await site.run('plan', '--out', 'p')).code).toBe(0);
        expect((await site.run('apply', 'p', '--allow-unsealed')).code).toBe(0);
        const [lake] = (await site.database()).servers;
        expect(lake?.mappings['analyst']?.['secret']).toBe(value);
      }
    });
  },
  [18],
  { 'duckdb.postgres_role': 'unchecked_ducks' },
);
