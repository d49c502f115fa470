import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { isScalar, parseDocument, visit } from 'yaml';
import { expect, it } from 'vitest';
import { canary, expectSettled, onPostgres, openSite } from '../support/site.js';

/** Every line of the language that both systems know, in two files. */
const SYSTEMS = `version: 1
stack: whole
state: { backend: local, path: state/whole.state.json }
providers:
  helios:
    type: singlestore
    api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN }
    base_url: { env: SINGLESTOREDB_MANAGEMENT_BASE_URL }
    organization: { env: OPEN_ORGANIZATION_ID }
  warehouse:
    type: postgres
    url: { env: WAREHOUSE_URL }
    fdw_usage: [lake_admin]
duckdb_servers:
  lake:
    provider: warehouse
    type: s3
    options: { region: us-east-1, scope: s3://lake }
    owner: lake_admin
    usage: [analyst]
    user_mappings:
      analyst:
        key_id: { secret: AWS_ACCESS_KEY_ID }
        secret: { secret: AWS_SECRET_KEY }
      public: { key_id: { env: PUB_KEY }, secret: { env: PUB_SECRET } }
      current_user: { key_id: { env: PUB_KEY }, secret: { file: own-key.txt } }
  lake_chain:
    type: s3
    options: { PROVIDER: credential_chain, VALIDATION: none }
  minio:
    simple: { type: S3, key_id: { env: MINIO_ID }, secret: { env: MINIO_KEY }, endpoint: "minio:9000", use_ssl: false }
  blob:
    azure: { connection_string: { env: AZURE_CONN }, scope: azure://c }
moved: [{ from: secret.helios.OLD_NAME, to: secret.helios.HF_TOKEN }]
removed: [secret.helios.HANDED_OVER]
`;

const SECRETS = `version: 1
secrets:
  HF_TOKEN:
    provider: helios
    value: { env: HF_TOKEN }
    owners: [user:ana@example.com, team:Platform]
    readers: [team:Machine Learning]
    lifecycle: { protect: true }
    rotation: { max_age: 90d }
  AWS_ACCESS_KEY_ID:
    value: { env: AWS_ACCESS_KEY_ID }
  AWS_SECRET_KEY:
    value: { file: ./aws-key.txt, trim: true }
  LEFT_ALONE:
    value: { env: HF_TOKEN }
shares:
  - secrets: ["AWS_*"]
    readers: [team:Data Engineering]
`;

onPostgres(
  'the whole circle',
  (server) => {
    it.each(['node', 'go'] as const)('holds for every line of the language (%s)', async (apiShape) => {
      const [fileKey, ownKey] = [canary('file'), canary('own')];
      const variables = {
        PUB_KEY: canary('pub'),
        PUB_SECRET: canary('pubsecret'),
        MINIO_ID: canary('minio'),
        MINIO_KEY: canary('miniokey'),
        AZURE_CONN: `DefaultEndpointsProtocol=https;AccountKey=${canary('azure')};EndpointSuffix='x"y\\`,
        // Values that stand in files count as secrets for the checks of every run as well.
        FILE_KEY: fileKey,
        OWN_KEY: ownKey,
      };
      const files = {
        'config/systems.yaml': SYSTEMS,
        'config/more/secrets.yml': SECRETS,
        'aws-key.txt': `${fileKey}\n`,
        'own-key.txt': ownKey,
        'config/aws-key.txt': `${fileKey}\n`,
        'config/own-key.txt': ownKey,
        'config/more/aws-key.txt': `${fileKey}\n`,
      };
      const site = await openSite(server(), { files, env: variables, helios: { apiShape } });
      site.env['OPEN_ORGANIZATION_ID'] = site.helios.organization.orgID;
      const where = ['-f', 'config/systems.yaml', '-f', 'config/more'];

      const valid = await site.run('validate', ...where);
      expect(valid).toMatchObject({ code: 0, stderr: '' });
      expect(valid.stdout).toMatch(/^Success! .* 2 files, \d+ resources\.\n$/);
      const before = await site.run('plan', '--detailed-exitcode', ...where);
      expect(before.code).toBe(2);
      expect(before.stdout).toMatch(/^Plan: \d+ to add, 0 to change, 0 to destroy\.$/m);
      expect(before.stdout).toContain('(sensitive value)');
      const added = /Plan: (\d+) to add/.exec(before.stdout)?.[1] ?? '';
      const applied = await site.applied(...where);
      expect(applied.stdout).toContain(`Apply complete! Resources: ${added} added, 0 changed, 0 destroyed.`);
      await expectSettled(site, ...where);

      const { AWS_ACCESS_KEY_ID: id = '', HF_TOKEN: token = '' } = site.env;
      expect(site.secrets()).toMatchObject({
        AWS_ACCESS_KEY_ID: {
          value: id,
          access: ['Owner user:ci-bot@example.com', 'Reader team:Data Engineering'],
        },
        AWS_SECRET_KEY: {
          value: fileKey,
          access: ['Owner user:ci-bot@example.com', 'Reader team:Data Engineering'],
        },
        HF_TOKEN: {
          value: token,
          access: [
            'Owner team:Platform',
            'Owner user:ana@example.com',
            'Owner user:ci-bot@example.com',
            'Reader team:Machine Learning',
          ],
        },
        LEFT_ALONE: { value: token, access: ['Owner user:ci-bot@example.com'] },
      });
      const { servers, fdwUsage } = await site.database();
      expect(fdwUsage).toEqual(['lake_admin']);
      const postgres = 'postgres';
      expect(servers.map(({ oid, ...rest }) => rest)).toEqual([
        {
          name: 'blob',
          type: 'azure',
          owner: postgres,
          options: { scope: 'azure://c' },
          usage: [],
          mappings: { [postgres]: { connection_string: variables.AZURE_CONN } },
        },
        {
          name: 'lake',
          type: 's3',
          owner: 'lake_admin',
          options: { region: 'us-east-1', scope: 's3://lake' },
          usage: ['analyst'],
          mappings: {
            analyst: { key_id: id, secret: fileKey },
            public: { key_id: variables.PUB_KEY, secret: variables.PUB_SECRET },
            [postgres]: { key_id: variables.PUB_KEY, secret: ownKey },
          },
        },
        {
          name: 'lake_chain',
          type: 's3',
          owner: postgres,
          options: { provider: 'credential_chain', validation: 'none' },
          usage: [],
          mappings: {},
        },
        {
          name: 'minio',
          type: 's3',
          owner: postgres,
          options: { endpoint: 'minio:9000', use_ssl: 'false' },
          usage: [],
          mappings: { [postgres]: { key_id: variables.MINIO_ID, secret: variables.MINIO_KEY } },
        },
      ]);
    });

    const examples = new URL('../../examples/', import.meta.url);
    // These need a state elsewhere, or files beside them: they have tests of their own in test/examples.
    const apart = ['pipeline', 'sources'];
    const named = readdirSync(examples).filter(
      (one) => existsSync(new URL(`${one}/secrets.yaml`, examples)) && !apart.includes(one),
    );
    it.each(named)('holds for the example %s', async (name) => {
      const text = readFileSync(new URL(`${name}/secrets.yaml`, examples), 'utf8');
      const site = await openSite(server(), { files: { 'secrets.yaml': text } });
      for (const variable of variablesOf(text)) site.env[variable] ??= canary(variable.toLowerCase());
      await site.sql(
        'DO $$ BEGIN CREATE ROLE etl_user LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$',
      );
      expect((await site.run('validate')).code).toBe(0);
      expect((await site.run('plan', '--detailed-exitcode')).code).toBe(2);
      await site.applied();
      await expectSettled(site);
    });
  },
  [18, 15],
);

/** The environment variables that a configuration reads. */
function variablesOf(text: string): readonly string[] {
  const found: string[] = [];
  visit(parseDocument(text), {
    Pair: (_, { key, value }) => {
      if (isScalar(key) && key.value === 'env' && isScalar(value)) found.push(String(value.value));
    },
  });
  return found;
}
