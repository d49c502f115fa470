import { beforeAll, beforeEach, expect, it } from 'vitest';
import { start } from '../support/command.js';
import { onPostgres, openSite, tokenOf } from '../support/site.js';
import type { Site } from '../support/site.js';
import { INSTALL_MS, pythonWith } from '../support/python.js';
import type { Python } from '../support/python.js';
import { needs } from '../support/services.js';

let installed: Python = { skipped: 'not tried' };
beforeAll(async () => {
  installed = await pythonWith(['singlestoredb']);
}, INSTALL_MS);

/** Runs a program of Python as a notebook of this person would, and gives what it printed. */
async function python(site: Site, key: string, program: string, version?: string): Promise<string> {
  if (!('python' in installed)) throw new Error(installed.skipped);
  const env = {
    PATH: site.env['PATH'] ?? '',
    HOME: site.folder,
    ...(version === undefined ? {} : { SINGLESTOREDB_MANAGEMENT_VERSION: version }),
    SINGLESTOREDB_MANAGEMENT_BASE_URL: site.helios.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(site.helios, key),
  };
  const { code, stdout, stderr } = await start(installed.python, ['-c', program], { cwd: site.folder, env })
    .finished;
  // What it writes there otherwise are warnings about its own future.
  expect(code, stderr).toBe(0);
  return stdout;
}

onPostgres("SingleStore's Python SDK", (server) => {
  beforeEach((context) => {
    needs(context, 'Python', 'skipped' in installed ? installed.skipped : undefined);
  });

  it.each([undefined, 'v1'])(
    'reads what apply wrote, as its documentation does (version: %s)',
    async (version) => {
      const site = await openSite(server());
      site.env['AWS_SECRET_KEY'] = `${site.env['AWS_SECRET_KEY'] ?? ''} 'quoted" \\ ünïcode 🦆`;
      await site.applied();
      const printed = await python(
        site,
        'ben',
        `
import json, os
from singlestoredb.management import get_secret
from singlestoredb import manage_workspaces

aws_access_key_id = get_secret('AWS_ACCESS_KEY_ID')
aws_secret_access_key = get_secret('AWS_SECRET_KEY')

token = os.environ['SINGLESTOREDB_MANAGEMENT_TOKEN']
base_url = os.environ['SINGLESTOREDB_MANAGEMENT_BASE_URL']
org = manage_workspaces(token, base_url=base_url).organizations.current
hf_token = org.get_secret('HF_TOKEN').value
print(json.dumps([aws_access_key_id, aws_secret_access_key, hf_token]))
`,
        version,
      );
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_KEY, HF_TOKEN } = site.env;
      expect(JSON.parse(printed)).toEqual([AWS_ACCESS_KEY_ID, AWS_SECRET_KEY, HF_TOKEN]);
    },
  );

  it('finds no secret that the configuration does not share', async () => {
    const site = await openSite(server(), {
      files: {
        'secrets.yaml': `version: 1
stack: alone
providers:
  helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } }
secrets:
  HF_TOKEN: { value: { env: HF_TOKEN } }
`,
      },
    });
    await site.applied();
    const printed = await python(
      site,
      'chloe',
      `
from singlestoredb.management import get_secret
try:
    print(get_secret('HF_TOKEN'))
except Exception as error:
    print(type(error).__name__)
`,
    );
    expect(printed).toMatch(/^\w*Error\n$/);
  });
});
