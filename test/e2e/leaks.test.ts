import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { filesBelow, leaksIn, secretsOf } from './canaries.js';
import { CONFIGURATION, canary, expectSettled, onPostgres, openSite } from './harness.js';
import { documentsIn } from './project.js';

/*
 * Every run of these tests looks for the values of its variables in what it printed and kept. Here is what the others do
 * not do: debugging output, changes that fail with the value in the system's own message, and the server's log.
 */

/** A value that every encoding treats differently. */
const HARD = (name: string): string => `${canary(name)}'"\\\n${canary('second-line')} %s ünïcode`;

it('a leak would be found in each of its forms', () => {
  const value = HARD('self');
  for (const form of [
    value,
    JSON.stringify({ value }),
    Buffer.from(`x${value}`).toString('base64'),
    Buffer.from(`xy${value}z`).toString('base64url'),
    encodeURIComponent(value),
    `'${value.replaceAll("'", "''")}'`,
  ]) {
    expect(leaksIn(`before ${form} after`, [value])).toEqual(['value 0']);
  }
  expect(leaksIn(JSON.stringify({ value: 'something else' }), [value])).toEqual([]);
});

onPostgres('values', (server) => {
  it('reach their systems, and neither the output, nor the files, nor the log of the server', async () => {
    const hard = { AWS_ACCESS_KEY_ID: HARD('id'), AWS_SECRET_KEY: HARD('key'), HF_TOKEN: HARD('hf') };
    const site = await openSite(server(), { env: { ...hard, DEBUG: '*' } });
    delete site.env['DEBUG'];
    const planned = await site.run('plan', '--json');
    expect(JSON.stringify(documentsIn(planned.stdout))).toContain('"sensitive":true');
    await site.applied('--json');
    expect(site.secrets()['AWS_SECRET_KEY']?.value).toBe(hard.AWS_SECRET_KEY);
    await expectSettled(site);
    const old = secretsOf(site.env);
    site.env['AWS_SECRET_KEY'] = HARD('rotated');
    // The value that is replaced is a secret as much as the one that comes.
    const update = await site.applied();
    expect(leaksIn(update.stdout + update.stderr, old)).toEqual([]);
    const files = [...(await filesBelow(site.folder))].filter(([path]) => !path.endsWith('.yaml'));
    expect(files.length).toBeGreaterThan(0);
    for (const [path, text] of files)
      expect(leaksIn(text, [...old, ...secretsOf(site.env)]), path).toEqual([]);
    const log = await readFile(server().logFile, 'utf8');
    expect(leaksIn(log, [...old, ...secretsOf(site.env)])).toEqual([]);
  });

  it('stay out of debugging output', async () => {
    const site = await openSite(server());
    const args = ['apply', '--auto-approve'];
    site.env['DEBUG'] = '*';
    site.env['NODE_DEBUG'] = 'http,net,undici';
    const finished = await site.start(...args).finished;
    const { NODE_DEBUG, DEBUG, ...rest } = site.env;
    // Node itself prints headers under NODE_DEBUG=http; what is ours to keep out are the values.
    const values = secretsOf(rest).filter((one) => one.startsWith('canary-'));
    expect(values).toHaveLength(3);
    expect(leaksIn(finished.stdout + finished.stderr, values)).toEqual([]);
    expect(finished.code).toBe(0);
  });

  it('stay out of the message of a change that fails', async () => {
    const site = await openSite(server(), { env: { NOT_A_BOOLEAN: HARD('boolean') } });
    await site.write(
      'secrets.yaml',
      CONFIGURATION.replace(
        'key_id: { secret: AWS_ACCESS_KEY_ID }',
        '$&\n        use_ssl: { env: NOT_A_BOOLEAN }',
      ),
    );
    const before = await site.database();
    for (const args of [
      ['apply', '--auto-approve'],
      ['apply', '--auto-approve', '--json'],
    ]) {
      const { code, stdout, stderr } = await site.run(...args);
      expect(code).toBe(1);
      expect(stdout + stderr).toContain('user_mapping.warehouse.lake/analyst');
    }
    // One transaction: a part that fails takes the whole back.
    expect(await site.database()).toEqual(before);
    expect(leaksIn(await readFile(server().logFile, 'utf8'), secretsOf(site.env))).toEqual([]);
  });

  it('stay out of what is said of an API that fails', async () => {
    const site = await openSite(server());
    const echo = JSON.stringify({ error: `no: ${site.env['HF_TOKEN'] ?? ''}` });
    site.helios.control.addFault({ kind: 'status', method: 'POST', status: 400, body: echo });
    const { code, stderr } = await site.run('apply', '--auto-approve');
    expect(code).toBe(1);
    expect(stderr).toContain('secret.helios.HF_TOKEN');
    site.helios.control.clearFaults();
    await site.applied();
    await expectSettled(site);
  });
});
