import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import type { Finished } from '../support/command.js';
import { dumpHelios } from '../support/dump.js';
import { runHere } from '../support/project.js';
import { canary, tokenOf } from '../support/site.js';

/** A checkout of the repository: a folder of its own, and the state that all checkouts share. */
interface Clone {
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly run: (...args: readonly string[]) => Promise<Finished>;
}

/** Two checkouts of one repository, one organization. */
async function openClones(): Promise<{ ours: Clone; theirs: Clone; helios: HeliosSandbox; base: string }> {
  const base = await mkdtemp(join(tmpdir(), 'secrets-clones-'));
  const helios = await startHelios();
  onTestFinished(async () => {
    await helios.close();
    await rm(base, { recursive: true });
  });
  const env = {
    SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
    VALUE: canary('value'),
  };
  const clone = async (name: string): Promise<Clone> => {
    const cwd = join(base, name);
    await mkdir(cwd);
    return {
      run: (...args) => runHere(args, { cwd, env }),
      write: async (files) => {
        for (const [path, text] of Object.entries(files)) {
          await mkdir(dirname(join(cwd, path)), { recursive: true });
          await writeFile(join(cwd, path), text);
        }
      },
    };
  };
  return { ours: await clone('ours'), theirs: await clone('theirs'), helios, base };
}

const head = (state: string): string => `version: 1
stack: clones
state: { backend: local, path: ${state} }
providers: { helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } } }
`;
const secrets = (...names: readonly string[]): string =>
  `secrets:\n${names.map((name) => `  ${name}: { value: { env: VALUE }, owners: [team:Platform] }\n`).join('')}`;

const apply = ({ run }: Clone, ...more: readonly string[]): Promise<Finished> =>
  run('apply', '--auto-approve', '-f', '.', ...more);

describe('two checkouts of one repository', () => {
  it('one that is out of date adds and changes, but destroys nothing without being told to', async () => {
    const { ours, theirs, helios, base } = await openClones();
    const before = { 'secrets.yaml': head(`${base}/state.json`) + secrets('A', 'B', 'C') };
    await ours.write(before);
    await theirs.write(before);
    expect((await apply(ours)).code).toBe(0);
    // The same commit elsewhere is the same configuration.
    expect((await theirs.run('plan', '-f', '.')).stdout).toContain('No changes.');

    await theirs.write({ 'secrets.yaml': head(`${base}/state.json`) + secrets('A', 'B', 'C', 'NEW') });
    expect((await apply(theirs)).code).toBe(0);

    const alive = Object.keys(dumpHelios(helios));
    for (const args of [['plan'], ['plan', '--out', 'p.plan'], ['apply', '--auto-approve']]) {
      const refused = await ours.run(...args, '-f', '.');
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('This checkout may be out of date');
      expect(refused.stderr).toContain('secret.helios.NEW');
    }
    expect(Object.keys(dumpHelios(helios))).toEqual(alive);

    // From the same folder in its subfolder, and by an absolute path, it is the same checkout.
    expect((await theirs.run('plan', '-f', join(base, 'ours'))).stderr).toContain('may be out of date');

    // Deliberately.
    expect((await apply(ours, '--max-deletes', '1')).code).toBe(0);
    expect(dumpHelios(helios)).not.toHaveProperty('NEW');
    // Now the other one is behind, and adds what it has again.
    expect((await apply(theirs)).code).toBe(0);
    expect(dumpHelios(helios)).toHaveProperty('NEW');
  });

  it('a new commit that destroys is not out of date', async () => {
    const { ours, theirs, helios, base } = await openClones();
    await ours.write({ 'secrets.yaml': head(`${base}/state.json`) + secrets('A', 'B', 'C') });
    expect((await apply(ours)).code).toBe(0);
    await theirs.write({ 'secrets.yaml': head(`${base}/state.json`) + secrets('A', 'B') });
    expect((await apply(theirs)).code).toBe(0);
    expect(dumpHelios(helios)).not.toHaveProperty('C');
  });

  it('a configuration of other things under the same stack name takes nothing away', async () => {
    const { ours, theirs, helios, base } = await openClones();
    await ours.write({ 'secrets.yaml': head(`${base}/state.json`) + secrets('A', 'B', 'C') });
    expect((await apply(ours)).code).toBe(0);
    await theirs.write({ 'other.yaml': head(`${base}/state.json`) + secrets('X') });
    const refused = await apply(theirs);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('This configuration names nothing of what the stack clones owns');
    expect(refused.stderr).toContain('The file secrets.yaml is not part of this configuration any more');
    expect(
      Object.keys(dumpHelios(helios))
        .filter((name) => /^[ABC]$/.test(name))
        .sort(),
    ).toEqual(['A', 'B', 'C']);
  });

  it('a file that was left out, and an emptied section, are asked about', async () => {
    const { ours, helios, base } = await openClones();
    await ours.write({
      'secrets.yaml': head(`${base}/state.json`) + secrets('A', 'B', 'C'),
      'teams/data.yaml': secrets('D'),
    });
    const whole = ['-f', 'secrets.yaml', '-f', 'teams/data.yaml'];
    expect((await ours.run('apply', '--auto-approve', ...whole)).code).toBe(0);
    const forgotten = await ours.run('apply', '--auto-approve', '-f', 'secrets.yaml');
    expect(forgotten.code).toBe(1);
    expect(forgotten.stderr).toContain('The file teams/data.yaml is not part of this configuration any more');
    // Renamed, with all that was in it, is nothing to ask about.
    await ours.write({ 'teams/renamed.yaml': secrets('D') });
    const renamed = ['-f', 'secrets.yaml', '-f', 'teams/renamed.yaml'];
    expect((await ours.run('plan', '--detailed-exitcode', ...renamed)).code).toBe(0);
    await ours.write({ 'secrets.yaml': head(`${base}/state.json`), 'teams/renamed.yaml': 'secrets: {}\n' });
    expect((await ours.run('apply', '--auto-approve', ...renamed)).code).toBe(1);
    expect(dumpHelios(helios)).toHaveProperty('D');
    expect((await ours.run('apply', '--auto-approve', ...renamed, '--max-deletes', '100%')).code).toBe(0);
    expect(dumpHelios(helios)).not.toHaveProperty('D');
  });

  it('what somebody else changed since is named before it is destroyed', async () => {
    const { ours, helios, base } = await openClones();
    await ours.write({ 'secrets.yaml': head(`${base}/state.json`) + secrets('A', 'B', 'C') });
    expect((await apply(ours)).code).toBe(0);
    helios.control.edit({ kind: 'set-value', secret: 'C', value: 'by hand', by: 'ben@example.com' });
    await ours.write({ 'secrets.yaml': head(`${base}/state.json`) + secrets('A', 'B') });
    const refused = await apply(ours);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /secret\.helios\.C would be destroyed.*changed by .* at .* since the last apply/,
    );
    expect((await apply(ours, '--target', 'secret.helios.C')).code).toBe(0);
    expect(dumpHelios(helios)).not.toHaveProperty('C');
  });
});
