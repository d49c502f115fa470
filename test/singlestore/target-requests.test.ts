import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { defaultSeed, startHelios } from '../../src/sandbox/helios/index.js';
import { makeProject } from '../support/project.js';
import { tokenOf } from '../support/site.js';

/** An organization of 30 people and teams. */
const IDENTITIES = 30;

it.each([2_000, 10_000])(
  'one target among %i secrets: plan asks 12 times at most, apply 40',
  async (count) => {
    const missing = IDENTITIES - defaultSeed.users.length - defaultSeed.teams.length;
    const users = Array.from({ length: missing }, (_, index) => ({ email: `user${index}@example.com` }));
    const helios = await startHelios({ seed: { ...defaultSeed, users: [...defaultSeed.users, ...users] } });
    const names = Array.from({ length: count }, (_, index) => `S${index}`);
    const project = await makeProject(
      {
        'secrets.yaml': `version: 1
stack: many
providers: { helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } } }
secrets:
${names.map((name) => `  ${name}: { value: { env: VALUE }, owners: [team:Platform], readers: [team:Interns], lifecycle: { adopt: true } }\n`).join('')}`,
      },
      {
        SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
        SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
        SECRETS_KEY: randomUUID(),
        VALUE: randomUUID(),
      },
    );
    onTestFinished(async () => {
      await Promise.all([helios.close(), project.remove()]);
    });
    for (const name of names) {
      helios.control.edit({ kind: 'create-secret', name, value: 'v', by: 'ci-bot@example.com' });
    }
    const target = ['--target', 'secret.helios.S7'];
    for (const [most, ...args] of [
      [12, 'plan'],
      [40, 'apply', '--auto-approve'],
      // From now on it is in the state.
      [12, 'drift'],
    ] as const) {
      helios.control.clearRequests();
      const { code, stderr } = await project.run(...args, ...target);
      expect(stderr).not.toContain('Error:');
      expect(code).toBe(0);
      expect(helios.control.total(), args.join(' ')).toBeLessThanOrEqual(most);
    }
    expect((await project.run('state', 'list')).stdout).toContain('secret.helios.S7');
  },
);
