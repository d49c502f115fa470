import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectSettled, onPostgres, openSite } from '../support/site.js';
import type { Site } from '../support/site.js';
import { documentsIn } from '../support/project.js';

/** Runs a command that must work, and gives what it printed. */
async function ran(site: Site, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await site.run(...args);
  expect(stderr).not.toContain('Error:');
  expect(code, stderr).toBe(0);
  return stdout;
}

/** Runs a command that must be refused with these words, and must change nothing. */
async function refused(site: Site, words: string | RegExp, ...args: readonly string[]): Promise<void> {
  const before = await stored(site);
  const { code, stderr } = await site.run(...args);
  expect(stderr).toMatch(words);
  expect(code).toBe(1);
  expect(await stored(site)).toBe(before);
}

/** The text of the state's file; nothing where there is none. */
function stored(site: Site): Promise<string> {
  return readFile(join(site.folder, '.secrets', 'e2e.state.json'), 'utf8').catch(() => '');
}

const HF = 'secret.helios.HF_TOKEN';

onPostgres('the commands that work on the state', (server) => {
  it('list, show, move and forget', async () => {
    const site = await openSite(server());
    expect(await ran(site, 'state', 'list')).toBe('');
    expect(await ran(site, 'state', 'pull')).toBe('');
    await refused(site, 'There is no state yet', 'state', 'rm', HF);
    await site.applied();
    const all = (await ran(site, 'state', 'list')).trimEnd().split('\n');
    expect(all).toContain(HF);
    expect(all).toContain('user_mapping.warehouse.lake/analyst');
    expect((await ran(site, 'state', 'list', 'secret.*')).trimEnd().split('\n')).toHaveLength(3);
    const [document] = documentsIn(await ran(site, 'state', 'list', '--json'));
    expect(document).toMatchObject({ document: 'state', version: 1, status: 'ok' });
    expect(document?.['records']).toHaveLength(all.length);

    const shown = await ran(site, 'state', 'show', 'duckdb_server.warehouse.lake');
    expect(shown).toMatch(/region\s+= "us-east-1"/);
    expect(await ran(site, 'state', 'show', HF)).toMatch(/value = \(sensitive value\)/);
    await refused(site, `Did you mean ${HF}?`, 'state', 'show', 'secret.helios.HF_TOKE');

    const moved = await ran(site, 'state', 'mv', HF, 'secret.helios.HUGGING');
    expect(moved).toContain('moved to secret.helios.HUGGING');
    expect(await ran(site, 'state', 'list', '*HF_TOKEN*')).toBe('');
    await refused(
      site,
      'already exists in the state',
      'state',
      'mv',
      'secret.helios.HUGGING',
      'secret.helios.AWS_SECRET_KEY',
    );
    await ran(site, 'state', 'mv', 'secret.helios.HUGGING', HF);
    await expectSettled(site);

    await refused(site, /secret\.helios\.NO is not in the state/, 'state', 'rm', HF, 'secret.helios.NO');
    await refused(site, 'Missing argument: ADDRESS', 'state', 'rm');
    await ran(site, 'state', 'rm', HF);
    expect(await ran(site, 'state', 'list', '*HF_TOKEN*')).toBe('');
    expect(site.secrets()).toHaveProperty('HF_TOKEN');
  });

  it('import what exists, and nothing that is not meant', async () => {
    const site = await openSite(server());
    await site.applied();
    const id = site.secrets()['HF_TOKEN']?.id ?? '';
    await ran(site, 'state', 'rm', HF, 'duckdb_server.warehouse.lake');
    const refusedPlan = await site.run('plan');
    expect(refusedPlan.code).toBe(1);
    expect(refusedPlan.stderr).toContain('exists');

    await refused(site, `has the id ${id} in its system, not 123`, 'import', HF, '123');
    await refused(site, 'has no secret.helios.NO', 'import', 'secret.helios.NO');
    await refused(site, 'is not a valid address', 'import', 'HF_TOKEN');
    await refused(
      site,
      'member of an authoritative list',
      'import',
      'share.helios.HF_TOKEN/team:Machine Learning',
    );
    expect(await ran(site, 'import', HF, id)).toContain(`imported (${id}; nothing changed in the system)`);
    await refused(site, 'already in the state', 'import', HF);
    await ran(site, 'import', 'duckdb_server.warehouse.lake');
    await ran(site, 'import', 'user_mapping.warehouse.lake/analyst');
    await expectSettled(site);

    // What is wanted otherwise is a pending change, not drift; and no value is needed for an import.
    await ran(site, 'state', 'rm', HF);
    delete site.env['HF_TOKEN'];
    await ran(site, 'import', HF);
    site.env['HF_TOKEN'] = 'another-value-than-before';
    expect((await site.run('drift')).code).toBe(0);
    const plan = await site.run('plan', '--detailed-exitcode');
    expect(plan.stdout).toContain(`~ ${HF}`);
    expect(plan.code).toBe(2);
  });

  it('say of what is missing in the system that it is missing', async () => {
    const site = await openSite(server());
    await refused(
      site,
      'The system has no secret.helios.HF_TOKEN, or this identity may not see it',
      'import',
      HF,
    );
  });

  it('push what could not be saved, and nothing that would take something back', async () => {
    const site = await openSite(server());
    await site.applied();
    const file = join(site.folder, '.secrets', 'e2e.state.json');
    const old = await readFile(file, 'utf8');
    await ran(site, 'state', 'rm', HF);
    await writeFile(join(site.folder, 'old.json'), old);
    await refused(site, /has serial \d+; the stored state already has \d+/, 'state', 'push', 'old.json');
    await writeFile(
      join(site.folder, 'other.json'),
      old.replace(/"lineage": "[^"]+"/, '"lineage": "another"'),
    );
    await refused(site, 'has the lineage another', 'state', 'push', 'other.json');
    await writeFile(join(site.folder, 'stack.json'), old.replace('"stack": "e2e"', '"stack": "prod"'));
    await refused(site, 'belongs to the stack "prod"', 'state', 'push', 'stack.json');
    await writeFile(join(site.folder, 'masked.json'), old.replaceAll('HF_TOKEN', '(sensitive value)'));
    await refused(site, 'contains the text (sensitive value)', 'state', 'push', '--force', 'masked.json');
    await refused(site, 'ENOENT', 'state', 'push', 'nothing.json');
    await writeFile(join(site.folder, 'same.json'), await ran(site, 'state', 'pull'));
    await ran(site, 'state', 'push', 'same.json');
    expect(await ran(site, 'state', 'push', '--force', 'old.json')).toContain('The state was written');
    await expectSettled(site);
  });

  it('bind the state to another system only when asked', async () => {
    const site = await openSite(server());
    await site.applied();
    const before = site.env['WAREHOUSE_URL'] ?? '';
    site.env['WAREHOUSE_URL'] = await server().createDatabase();
    await refused(site, 'secrets state rebind', 'plan');
    await refused(site, 'requires approval', 'state', 'rebind');
    await refused(site, 'has no provider wharehouse', 'state', 'rebind', 'wharehouse', '--auto-approve');
    const bound = await site.run('state', 'rebind', 'warehouse', '--auto-approve');
    expect(bound.stderr).toMatch(/warehouse: the state was made for .*; the configuration points to /);
    expect(bound.stdout).toContain('warehouse: bound to');
    expect((await site.run('plan')).code).toBe(0);
    site.env['WAREHOUSE_URL'] = before;
    await ran(site, 'state', 'rebind', '--auto-approve');
    expect(await ran(site, 'state', 'rebind', '--auto-approve')).toContain('already bound to these systems');
    await expectSettled(site);
  });

  it('break a lock by its ID alone', async () => {
    const site = await openSite(server());
    await site.applied();
    await refused(site, 'is not locked', 'state', 'unlock', 'x');
  });

  it('say what is wrong with a state that was cut off, emptied or edited, and lose nothing', async () => {
    const site = await openSite(server());
    await site.applied();
    const file = join(site.folder, '.secrets', 'e2e.state.json');
    const whole = await readFile(file, 'utf8');
    const systems = await site.everything();
    for (const [text, words] of [
      ['', 'it is empty'],
      [whole.slice(0, whole.length / 2), 'it is not whole JSON'],
      [whole.replace('"version": 2', '"version": 9'), 'has version 9'],
      [whole.replace('"stack": "e2e"', '"stack": "prod"'), 'belongs to the stack "prod"'],
      [whole.replace('"address":"secret.', '"address":"'), 'is damaged'],
    ] as const) {
      await writeFile(file, text);
      for (const args of [
        ['apply', '--auto-approve'],
        ['state', 'list'],
      ]) {
        const { code, stderr } = await site.run(...args);
        expect(stderr).toContain(words);
        expect(code).toBe(1);
      }
      expect(await readFile(file, 'utf8')).toBe(text);
    }
    expect(await site.everything()).toEqual(systems);
    await writeFile(file, whole);
    await expectSettled(site);
  });
});
