import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import type { Random } from './rounds.js';
import { anyCanary, large, oneByte, passwordCanary, plainCanary } from './shapes.js';
import type { Canary } from './shapes.js';

/** The secrets of the configuration of these tests, by where their values come from. */
export const NAMES = [
  'V_ENV',
  'V_FILE',
  'V_DOTENV',
  'V_STDIN',
  'V_EXEC',
  'V_AGE',
  'V_SOPS',
  'V_BYTE',
  'V_LARGE',
] as const;

/** All that must not be told, by name. */
export type Canaries = ReadonlyMap<string, Canary>;

/** What sops has encrypted in the fixture. */
const SOPS: Canary = { text: 'tön/with+signs==\'" and spaces', telling: ['tön/with+signs=='] };

/**
 * Makes the values of a round: those that are wanted (`V_ENV` …), those that the systems have before (`old V_ENV`), those that
 * somebody puts there by hand (`hand V_ENV`), and what opens the systems.
 */
export async function makeCanaries(random: Random, hasLarge: boolean): Promise<Canaries> {
  const identity = await generateIdentity();
  const canaries = new Map<string, Canary>([
    ['api key', plainCanary(random, 64)],
    ['database password', passwordCanary(random)],
    ['state password', passwordCanary(random)],
    ['wrong', plainCanary(random)],
    ['SECRETS_KEY', plainCanary(random, 44)],
    ['age key', { text: identity, telling: [identity.slice('AGE-SECRET-KEY-1'.length)] }],
  ]);
  for (const name of [...NAMES, 'mapping']) {
    for (const when of ['', 'old ', 'hand ']) canaries.set(when + name, anyCanary(random));
  }
  // A variable ends at a NUL and holds little; what an environment takes in one piece is enough for the others.
  canaries.set('V_SOPS', SOPS);
  canaries.set('V_BYTE', oneByte(random));
  canaries.set('V_LARGE', hasLarge ? large(random) : anyCanary(random));
  return canaries;
}

const SOPS_FILE = fileURLToPath(new URL('../values/fixtures/all.yaml', import.meta.url));
const SOPS_KEY = fileURLToPath(new URL('../values/fixtures/key.txt', import.meta.url));

/** The files that hold the values of a round, by path: the only files that may. */
export async function inputFiles(
  of: (name: string) => string,
): Promise<Readonly<Record<string, string | Uint8Array>>> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(of('age key')));
  return {
    'inputs/file': of('V_FILE'),
    'inputs/dotenv': `V=${Buffer.from(of('V_DOTENV')).toString('base64')}\n`,
    'inputs/exec': of('V_EXEC'),
    'inputs/value.age': await encrypter.encrypt(of('V_AGE')),
    'inputs/sops.yaml': await readFile(SOPS_FILE, 'utf8'),
    'inputs/large': of('V_LARGE'),
    'inputs/byte': of('V_BYTE'),
    'inputs/mapping.json': JSON.stringify({ a: [of('mapping')] }),
  };
}

/** The variables of a run. */
export async function inputVariables(
  of: (name: string) => string,
): Promise<Readonly<Record<string, string>>> {
  const [sopsKey = ''] = /AGE-SECRET-KEY-\w+/.exec(await readFile(SOPS_KEY, 'utf8')) ?? [];
  return {
    HELIOS_KEY: of('api key'),
    SECRETS_KEY: of('SECRETS_KEY'),
    SECRETS_AGE_KEY: of('age key'),
    SOPS_AGE_KEY: sopsKey,
    V_ENV: of('V_ENV'),
  };
}

/** The configuration; `state` is the text of its backend. */
export function configuration(state: string): string {
  const secret = (name: string, source: string): string =>
    `  ${name}: { value: ${source}, lifecycle: { adopt: true } }\n`;
  return `version: 1
stack: leaks
state: ${state}
providers:
  helios: { type: singlestore, api_key: { env: HELIOS_KEY } }
  warehouse: { type: postgres, url: { env: WAREHOUSE_URL } }
secrets:
${secret('V_ENV', '{ env: V_ENV }')}${secret('V_FILE', '{ file: inputs/file }')}${secret(
    'V_DOTENV',
    '{ dotenv: inputs/dotenv, name: V, base64: true }',
  )}${secret('V_STDIN', '{ stdin: true }')}${secret('V_EXEC', '{ exec: [cat, inputs/exec] }')}${secret(
    'V_AGE',
    '{ age: inputs/value.age }',
  )}${secret('V_SOPS', '{ sops: inputs/sops.yaml, key: aws.secret_key }')}${secret(
    'V_BYTE',
    '{ file: inputs/byte }',
  )}${secret('V_LARGE', '{ file: inputs/large }')}duckdb_servers:
  lake:
    type: s3
    options: { region: us-east-1 }
    lifecycle: { adopt: true }
    user_mappings:
      analyst:
        key_id: { secret: V_ENV }
        secret: { file: inputs/mapping.json, key: a.0 }
        session_token: { secret: V_FILE }
`;
}
