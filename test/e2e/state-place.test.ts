import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import { canary, onPostgres, openSite, tokenOf } from '../support/site.js';
import { makeProject, runHere } from '../support/project.js';
import type { Project } from '../support/project.js';

/** A repository whose configuration is in a folder of its own, and Helios alone. */
async function openRepository(state = ''): Promise<Project> {
  const helios = await startHelios();
  const project = await makeProject(
    { 'deploy/secrets.yaml': configuration(state), 'deploy/part.yaml': 'secrets: {}\n' },
    {
      SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
      SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
      HF_TOKEN: canary('hf'),
    },
  );
  onTestFinished(async () => {
    await Promise.all([helios.close(), project.remove()]);
  });
  return project;
}

const configuration = (state: string): string => `version: 1
stack: place
${state}
providers: { helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } } }
secrets: { HF_TOKEN: { value: { env: HF_TOKEN }, owners: [team:Platform] } }
`;

const NOTHING_TO_DO = 'No changes. Your secrets match the configuration.\n';

describe('the place of a local state', () => {
  it('is beside the file that names the stack, wherever a command is run', async () => {
    const { folder, env, run } = await openRepository();
    await run('apply', '--auto-approve', '-f', 'deploy/secrets.yaml');
    expect((await readdir(join(folder, 'deploy', '.secrets'))).sort()).toEqual(
      expect.arrayContaining(['place.key', 'place.state.json']),
    );
    expect(await readdir(folder)).not.toContain('.secrets');
    await mkdir(join(folder, 'elsewhere'));
    for (const [cwd, file] of [
      ['deploy', 'secrets.yaml'],
      ['elsewhere', '../deploy'],
      ['elsewhere', join(folder, 'deploy/secrets.yaml')],
      ['.', 'deploy/*.yaml'],
    ] as const) {
      const at = { cwd: join(folder, cwd), env };
      expect((await runHere(['plan', '-f', file], at)).stdout).toBe(NOTHING_TO_DO);
      expect(await runHere(['drift', '-f', file], at)).toMatchObject({ code: 0 });
      expect((await runHere(['state', 'list', '-f', file], at)).stdout).toContain('secret.helios.HF_TOKEN');
    }
  });

  it('is relative to that file where it is given, too', async () => {
    const { folder, env, run } = await openRepository(
      'state: { backend: local, path: ../states/place.json }',
    );
    await run('apply', '--auto-approve', '-f', 'deploy');
    expect(await readdir(join(folder, 'states'))).toEqual(
      expect.arrayContaining(['place.json', 'place.key']),
    );
    const at = { cwd: join(folder, 'deploy'), env };
    expect((await runHere(['plan'], at)).stdout).toBe(NOTHING_TO_DO);
  });

  it.each(['', 'state: { backend: local, path: .secrets/place.state.json }'])(
    'a state that only the current folder has is not overlooked: the command to move it is printed (%s)',
    async (state) => {
      const { folder, run } = await openRepository(state);
      await run('apply', '--auto-approve', '-f', 'deploy');
      await rename(join(folder, 'deploy', '.secrets'), join(folder, '.secrets'));
      for (const args of [
        ['plan'],
        ['plan', '--out', 'my.plan'],
        ['apply', '--auto-approve'],
        ['drift'],
        ['state', 'list'],
        ['import', 'secret.helios.HF_TOKEN'],
      ]) {
        const refused = await run(...args, '-f', 'deploy');
        expect(refused.code, args.join(' ')).toBe(1);
        expect(refused.stderr).toContain(join(folder, 'deploy/.secrets/place.state.json'));
      }
      const { stderr } = await run('drift', '-f', 'deploy');
      const move = /(mkdir -p .*)$/m.exec(stderr)?.[1] ?? '';
      expect(move).toContain('place.key');
      execFileSync('sh', ['-ec', move]);
      expect((await run('plan', '-f', 'deploy')).stdout).toBe(NOTHING_TO_DO);
      expect((await run('drift', '-f', 'deploy')).code).toBe(0);
    },
  );

  it("another stack's state in the current folder says nothing about this one", async () => {
    const { folder, write, run } = await openRepository('state: { backend: local, path: state.json }');
    await write(
      'state.json',
      '{"version":2,"serial":1,"lineage":"l","stack":"other","systems":{},"records":[]}',
    );
    expect((await run('apply', '--auto-approve', '-f', 'deploy')).code).toBe(0);
    expect(await readdir(join(folder, 'deploy'))).toContain('state.json');
  });
});

describe('without a state', () => {
  it('drift is an error that says where it was looked for; plan says what that means', async () => {
    const { folder, run } = await openRepository();
    const first = await run('plan', '-f', 'deploy', '--detailed-exitcode');
    expect(first.code).toBe(2);
    expect(first.stderr).toContain(
      'No state at deploy/.secrets/place.state.json: everything that exists will look unmanaged.',
    );
    await run('apply', '--auto-approve', '-f', 'deploy');
    expect((await run('plan', '-f', 'deploy')).stderr).not.toContain('No state at');
    await rm(join(folder, 'deploy', '.secrets'), { recursive: true });
    const drift = await run('drift', '-f', 'deploy', '--json');
    expect(drift.code).toBe(1);
    expect(JSON.parse(drift.stdout)).toMatchObject({
      status: 'error',
      diagnostics: [
        {
          severity: 'error',
          code: 'no-state',
          summary: expect.stringContaining('deploy/.secrets') as string,
        },
      ],
    });
    expect(await run('plan', '-f', 'deploy')).toMatchObject({ code: 1 });
  });
});

onPostgres('a lost state', (server) => {
  it('is told by our own marks', async () => {
    const site = await openSite(server());
    await site.applied();
    await rm(join(site.folder, '.secrets'), { recursive: true });
    const before = await site.everything();
    const { code, stderr } = await site.run('apply', '--auto-approve');
    expect(code).toBe(1);
    expect(stderr).toContain(
      "duckdb_server.warehouse.lake carries this stack's mark (e2e), and the state has no record of it: the state is lost or elsewhere.",
    );
    expect(stderr).toContain('secret.helios.HF_TOKEN already exists');
    expect(await site.everything()).toEqual(before);
  });

  it('of each backend is an error of drift', async () => {
    const site = await openSite(server());
    await site.write(
      'on-postgres.yaml',
      `version: 1\nstack: on-postgres\nstate: { backend: postgres, url: { env: WAREHOUSE_URL } }
providers: { helios: { type: singlestore } }\nsecrets: {}\n`,
    );
    const drift = await site.run('drift', '-f', 'on-postgres.yaml');
    expect(drift.code).toBe(1);
    expect(drift.stderr).toMatch(/No state at \S+.*: there is nothing to compare/);
  });
});
