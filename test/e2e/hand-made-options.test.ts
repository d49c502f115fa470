import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { canary, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';

const FILE = `version: 1
stack: by-hand
providers: { warehouse: { type: postgres, url: { env: WAREHOUSE_URL } } }
duckdb_servers:
  lake: { type: s3, options: { region: us-east-1 }, lifecycle: { adopt: true } }
`;

/** Everything that is in the folder of the state. */
async function stateText(site: Site): Promise<string> {
  const folder = join(site.folder, '.secrets');
  const names = (await readdir(folder)).filter((name) => name.includes('state'));
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('\n');
}

onPostgres('credentials that somebody put into a server by hand', (server) => {
  it('are printed by no command, and are not in the state or a saved plan', async () => {
    const site = await openSite(server(), { files: { 'secrets.yaml': FILE } });
    const values = ['upper', 'proxy', 'headers'].map(canary);
    const [upper = '', proxy = '', headers = ''] = values;
    // The emulated site looks for the values of its environment in all that is printed.
    values.forEach((value, at) => (site.env[`BY_HAND_${at}`] = value));
    await site.sql(`CREATE SERVER lake TYPE 's3' FOREIGN DATA WRAPPER duckdb
      OPTIONS (region 'us-east-1', "SECRET" '${upper}', http_proxy_password '${proxy}', extra_http_headers '{x=${headers}}')`);

    const outputs: string[] = [];
    const run = async (...args: readonly string[]): Promise<number | null> => {
      const { code, stdout, stderr } = await site.run(...args);
      outputs.push(stdout, stderr);
      return code;
    };
    expect(await run('pull')).toBe(0);
    expect(await run('pull', '--json')).toBe(0);
    expect(await run('import', 'duckdb_server.warehouse.lake')).toBe(0);
    outputs.push(await stateText(site));
    for (const flags of [[], ['--json']]) {
      expect(await run('state', 'show', 'duckdb_server.warehouse.lake', ...flags)).toBe(0);
      expect(await run('state', 'list', ...flags)).toBe(0);
      expect(await run('plan', ...flags)).toBe(0);
      await run('drift', ...flags);
    }
    expect(await run('state', 'pull')).toBe(0);
    expect(await run('plan', '--out', 'saved.plan')).toBe(0);
    outputs.push(await readFile(join(site.folder, 'saved.plan'), 'utf8'));
    expect(await run('show', 'saved.plan')).toBe(0);
    expect(await run('show', 'saved.plan', '--json')).toBe(0);
    expect(outputs.join('\n')).toContain('options.http_proxy_password');
    expect(await run('apply', 'saved.plan')).toBe(0);
    outputs.push(await stateText(site));
    for (const value of values) expect(outputs.join('\n')).not.toContain(value);
    expect((await site.database()).servers).toMatchObject([{ options: { region: 'us-east-1' } }]);
    expect(JSON.stringify(await site.database())).not.toContain('canary-');
  });

  it('an option that nobody knows is hidden and fingerprinted, unless it is declared to be no secret', async () => {
    const text = canary('unknown');
    const file = (lifecycle: string): string =>
      `version: 1
stack: by-hand
providers: { warehouse: { type: postgres, url: { env: WAREHOUSE_URL } } }
duckdb_servers:
  odd: { type: brand_new, options: { flavour: ${text}, region: eu }, options_unchecked: true${lifecycle} }
`;
    const site = await openSite(server(), { files: { 'secrets.yaml': file('') } });
    const plan = await site.run('plan');
    expect(plan.stdout).toMatch(/options\.flavour += \(sensitive value\)/);
    expect(plan.stdout + plan.stderr).not.toContain(text);
    const json = await site.run('plan', '--json');
    expect(json.stdout).not.toContain(text);
    await site.write('secrets.yaml', file(', lifecycle: { not_secret: [flavour] }'));
    expect((await site.run('plan')).stdout).toMatch(/options\.region += \(sensitive value\)/);
    expect((await site.run('plan')).stdout).toContain(`options.flavour = "${text}"`);
  });
});
