import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import { temporaryFolder } from '../core/folder.js';
import { runInProcess } from '../support/cli.js';
import type { FinishedCli } from '../support/cli.js';
import { tokenOf } from '../support/site.js';

/** Files as version 0.1.0 wrote them, or as it read them. They never change. */
const fixtures = join(import.meta.dirname, '../fixtures/0.1.0');
/** The key of the fixtures' plan and fingerprints. */
const env = { SECRETS_KEY: '0123456789abcdef0123456789abcdef' };
const ADDRESSES = [
  'secret.helios.AWS_SECRET_KEY',
  'secret.helios.HF_TOKEN',
  'share.helios.HF_TOKEN/team:Machine Learning',
  'share.helios.HF_TOKEN/team:Platform',
];

/** A folder with the configuration of 0.1.0 and one of its states, changed where `edit` says so. */
function folderWith(state: string, edit: (text: string) => string = (text) => text): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.secrets'));
  for (const name of ['secrets.yaml', 'upgrade.plan']) copyFileSync(join(fixtures, name), join(folder, name));
  const text = edit(readFileSync(join(fixtures, state), 'utf8'));
  writeFileSync(join(folder, '.secrets', 'upgrade.state.json'), text);
  return folder;
}

const run = (cwd: string, ...argv: readonly string[]): Promise<FinishedCli> =>
  runInProcess(argv, { cwd, env });

describe('what version 0.1.0 wrote', () => {
  it('is a configuration that is still valid', async () => {
    const { code, stderr } = await run(folderWith('state-2.json'), 'validate');
    expect(stderr).not.toContain('Error');
    expect(code).toBe(0);
  });

  it.each(['state-1.json', 'state-2.json'])('is a state that opens: %s', async (name) => {
    const folder = folderWith(name);
    const { code, stdout } = await run(folder, 'state', 'list');
    expect(code).toBe(0);
    for (const address of ADDRESSES) expect(stdout).toContain(address);
    expect((await run(folder, 'state', 'mv', ADDRESSES[0]!, 'secret.helios.RENAMED')).code).toBe(0);
    const written = JSON.parse(
      readFileSync(join(folder, '.secrets', 'upgrade.state.json'), 'utf8'),
    ) as Record<string, unknown>;
    expect(written).toMatchObject({ version: 2, serial: 3, lineage: '3ab635a6-b869-44fc-849c-f4b6bb657306' });
  });

  it('is a saved plan that is refused with the command that makes a new one', async () => {
    for (const command of ['show', 'apply']) {
      const { code, stderr } = await run(folderWith('state-2.json'), command, 'upgrade.plan');
      expect(stderr).toContain('has format 1, of an older version; this version supports format 2.');
      expect(stderr).toContain('Plan again with this version: secrets plan --out FILE');
      expect(code).toBe(1);
    }
  });
});

describe('what a newer version wrote', () => {
  it('is a state that is refused, and left as it is', async () => {
    const folder = folderWith('state-2.json', (text) => text.replace('"version": 2', '"version": 3'));
    const path = join(folder, '.secrets', 'upgrade.state.json');
    const before = readFileSync(path, 'utf8');
    for (const argv of [
      ['state', 'list'],
      ['state', 'rm', ADDRESSES[0]!],
    ]) {
      const { code, stderr } = await run(folder, ...argv);
      expect(code).toBe(1);
      expect(stderr).toContain('has version 3; this version of secrets supports versions up to 2.');
      expect(stderr).toContain('Use the newer version of secrets that wrote it');
    }
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('is a saved plan that is refused', async () => {
    const folder = folderWith('state-2.json');
    const plan = join(folder, 'upgrade.plan');
    const text = readFileSync(plan, 'utf8').replace('"saved-plan","format":1', '"saved-plan","format":3');
    writeFileSync(plan, text);
    for (const argv of [
      ['show', 'upgrade.plan'],
      ['apply', 'upgrade.plan'],
    ]) {
      const { code, stderr } = await run(folder, ...argv);
      expect(code).toBe(1);
      expect(stderr).toContain('format 3');
      expect(stderr).toContain('apply it with that version, or make a new plan with this one');
    }
  });

  it('gains at the first apply what later versions keep: the check of its key, files and configurations', async () => {
    const helios = await startHelios();
    const folder = temporaryFolder();
    const file = join(folder, '.secrets', 'upgrade.state.json');
    const text = readFileSync(join(fixtures, 'secrets.yaml'), 'utf8');
    writeFileSync(join(folder, 'secrets.yaml'), text);
    const variables = {
      ...env,
      SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
      SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
      HF_TOKEN: 'value-one',
      AWS_SECRET_KEY: 'value-two',
    };
    const apply = (): Promise<FinishedCli> =>
      runInProcess(['apply', '--auto-approve'], { cwd: folder, env: variables });
    try {
      expect((await apply()).code).toBe(0);
      interface Kept {
        keyCheck?: string;
        configurations?: unknown[];
        records: { file?: string }[];
      }
      const state = (): Kept => JSON.parse(readFileSync(file, 'utf8')) as Kept;
      const { keyCheck, configurations, ...older } = state();
      expect(keyCheck).toMatch(/^scrypt-hmac-sha256:/);
      expect(configurations).toHaveLength(1);
      // As 0.1.0 wrote it.
      const records = older.records.map(({ file: _, ...record }) => record);
      writeFileSync(file, JSON.stringify({ ...older, records }));
      expect((await apply()).code).toBe(0);
      expect(state()).toMatchObject({ keyCheck, configurations: [{}] });
      expect(state().records.every((record) => record.file === 'secrets.yaml')).toBe(true);
    } finally {
      await helios.close();
    }
  });
});
