import { onTestFinished } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosOptions, HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { dumpHelios } from '../support/dump.js';
import { makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';
import { canary, tokenOf } from '../support/site.js';

/** A project and a Helios API, for tests that play an attacker. */
export interface AttackSite extends Project {
  readonly helios: HeliosSandbox;
  /** Uses the API key of this name from now on. */
  readonly use: (key: string) => void;
  /** The living secrets, read past the API. */
  readonly secrets: () => ReturnType<typeof dumpHelios>;
}

/** A configuration with these lines under `secrets:`. */
export function configuration(secrets: string, more = ''): string {
  return `version: 1
stack: test
${more}providers:
  helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } }
secrets:
${secrets}`;
}

/** Opens a site with a value in the variable A; it goes when the test ends. */
export async function openAttackSite(
  files: Readonly<Record<string, string>>,
  options: HeliosOptions = {},
): Promise<AttackSite> {
  const helios = await startHelios(options);
  const project = await makeProject(files, {
    SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
    A: canary('a'),
  });
  onTestFinished(async () => {
    await Promise.all([helios.close(), project.remove()]);
  });
  return {
    ...project,
    helios,
    use: (key) => {
      project.env['SINGLESTOREDB_MANAGEMENT_TOKEN'] = tokenOf(helios, key);
    },
    secrets: () => dumpHelios(helios),
  };
}
