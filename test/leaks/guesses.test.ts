import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { runInProcess } from '../support/cli.js';
import { makeProject } from '../support/project.js';
import { tokenOf } from '../support/site.js';
import { randomOf } from './rounds.js';
import type { Random } from './rounds.js';

/*
 * Somebody who can change the repository writes guesses into it, and sees the log of the run. Whatever they write, and wherever,
 * but as the wanted value of that very field: the log is the same bytes whether a guess is a value or not.
 */

const RUNS = Number(process.env['RUNS'] ?? 4);
const NOW = new Date('2026-01-01T00:00:00Z');

/** The values of a run. */
interface Values {
  readonly token: string;
  readonly other: string;
  readonly foreign: string;
}

/** Forms of guesses that once were masked, and so confirmed. */
const FORMS: readonly ((guess: string) => string)[] = [
  (guess) => guess,
  (guess) => `${guess.slice(0, -3)}…`,
  (guess) => guess.slice(0, 22),
  (guess) => `<${guess}> x${guess}y`,
  (guess) => Buffer.from(guess).toString('base64'),
  (guess) => encodeURIComponent(guess),
  (guess) => JSON.stringify(guess),
];

/** A configuration with guesses in the places where a text is free. */
function configurationOf(random: Random, guesses: Values): string {
  const guess = (): string => {
    const { token, other, foreign } = guesses;
    return JSON.stringify(random.pick(FORMS)(random.pick([token, other, foreign])));
  };
  const name = (): string => random.pick([guesses.token, guesses.other, guesses.foreign]);
  const lines = [
    'version: 1',
    'stack: guesses',
    'providers:',
    '  helios: { type: singlestore, api_key: { env: SINGLESTOREDB_MANAGEMENT_TOKEN } }',
    '  laptop: { type: duckdb, secret_directory: ./stored }',
    'secrets:',
    '  VICTIM: { value: { env: TOKEN }, owners: [self] }',
    '  OTHER: { value: { env: OTHER }, owners: [self] }',
    `  ${name()}: { value: { env: PLAIN }, owners: [self] }`,
    'duckdb_secrets:',
    `  box: { provider: laptop, type: http, options: { http_proxy: ${guess()} } }`,
  ];
  const more = [
    `shares: [{ secrets: [OTHER], readers: [${JSON.stringify(`user:${guesses.token}@example.com`)}] }]`,
    `removed: [${JSON.stringify(`secret.helios.${name()}`)}]`,
    `${name()}: ${guess()}`,
    `moved: [{ from: ${JSON.stringify(`secret.helios.${name()}`)}, to: secret.helios.OTHER }]`,
    `  third: { provider: laptop, type: s3, options: { use_ssl: ${guess()} } }`,
    `  fourth: { provider: ${guess()}, type: ${guess()} }`,
    `  fifth: { provider: laptop, type: http, sensitive: { bearer_token: { secret: ${guess()} } } }`,
    `  sixth: { provider: laptop, type: http, sensitive: { bearer_token: { file: ${guess()} } } }`,
    `# ${guess()}`,
  ];
  return `${[...lines, ...more.filter(() => random.below(4) === 0)].join('\n')}\n`;
}

const COMMANDS = [
  ['validate'],
  ['plan'],
  ['plan', '--json'],
  ['plan', '--out', 'saved'],
  ['show', 'saved'],
  ['apply', '--auto-approve'],
  ['drift'],
  ['drift', '--json'],
  ['pull'],
  ['pull', '--json'],
  ['state', 'list', '--json'],
  ['state', 'show', 'secret.helios.VICTIM'],
  ['apply', '--auto-approve', '--json'],
] as const;

/** Everything that the commands write, where these are the values, without what differs from run to run. */
async function logOf(
  configuration: string,
  values: Values,
  faults: (helios: HeliosSandbox) => void,
): Promise<string> {
  const helios = await startHelios({ idSeed: 'guesses', now: () => NOW });
  const project = await makeProject({ 'secrets.yaml': configuration });
  const env = {
    HOME: project.folder,
    SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
    SECRETS_HTTP_BACKOFF_MS: '1',
    SECRETS_KEY: 'the key of the fingerprints',
    TOKEN: values.token,
    OTHER: values.other,
    PLAIN: 'a plain value of no interest',
  };
  helios.control.edit({
    kind: 'create-secret',
    name: 'FOREIGN',
    value: values.foreign,
    by: 'ci-bot@example.com',
  });
  const written: string[] = [];
  try {
    for (const [at, argv] of COMMANDS.entries()) {
      if (at === 5) faults(helios);
      const { code, stdout, stderr } = await runInProcess(argv, { cwd: project.folder, env, now: () => NOW });
      helios.control.clearFaults();
      written.push(`$ ${argv.join(' ')}\n${String(code)}\n${stdout}\n${inOneOrder(stderr)}`);
    }
  } finally {
    await helios.close();
    await rm(join(project.folder, 'stored'), { recursive: true, force: true });
    await project.remove();
  }
  return written
    .join('\n')
    .replaceAll(helios.url.replace(/^http:\/\//, ''), 'HOST')
    .replaceAll(project.folder, 'FOLDER')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?:[0-9a-f]{32}|[0-9a-f]{64})\b/g, 'ID')
    .replace(/\b\d+-\d{12,}\b/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
}

/** Systems are read at the same time: which of them says first what it does is chance, and goes by no value. */
function inOneOrder(stderr: string): string {
  const progress = /(?:^(?:[a-z]+: )?(?:connecting|reading) .*\n)+/gm;
  return stderr.replace(progress, (lines) => `${lines.trimEnd().split('\n').sort().join('\n')}\n`);
}

it.each(Array.from({ length: RUNS }, (_, round) => round))(
  'the output does not tell whether a guess is a value: round %i',
  async (round) => {
    const random = randomOf('guesses', round);
    const word = (): string =>
      `hf_${Array.from({ length: 24 }, () => random.pick('abcdef0123456789'.split(''))).join('')}`;
    const guesses = { token: word(), other: word(), foreign: word() };
    const configuration = configurationOf(random, guesses);
    // The other side quotes what the repository says, and nothing else that would differ.
    const quotation = `cannot take ${guesses.token} as "${guesses.other}" (${guesses.foreign})`;
    const [method, path] = random.pick([
      ['POST', '/secrets'],
      ['PATCH', '/accessControls'],
      ['GET', '/users'],
    ] as const);
    const quoting = (helios: HeliosSandbox): void => {
      if (method === 'GET') return;
      helios.control.addFault({
        kind: 'status',
        status: 400,
        method,
        path,
        body: JSON.stringify({ message: quotation }),
      });
    };
    const right = await logOf(configuration, guesses, quoting);
    const wrong = await logOf(configuration, { token: word(), other: word(), foreign: word() }, quoting);
    expect(right).toBe(wrong);
    expect(right).toContain('helios');
  },
  120_000,
);

it('a plan log confirms no guess at a value, however many are in it', async () => {
  const value = `hf_${'0123456789abcdef'.repeat(2)}`;
  const guesses = '0123456789abcdef'
    .split('')
    .map((next) => `<${next}>${value.slice(0, 9)}${next}…`)
    .join(' ');
  const project = await makeProject({
    'secrets.yaml': `version: 1
stack: oracle
providers: { laptop: { type: duckdb, secret_directory: ./stored } }
duckdb_secrets:
  x: { provider: laptop, type: s3, options: { endpoint: ${JSON.stringify(`${guesses} ${value}`)} }, sensitive: { secret: { env: HF } } }
`,
  });
  onTestFinished(project.remove);
  const env = { ...project.env, HF: value };
  const { stdout, stderr } = await runInProcess(['plan'], { cwd: project.folder, env });
  expect(stdout + stderr).toContain(`<0>${value.slice(0, 9)}0…`);
  expect(stdout).toContain(value.slice(0, 9).concat('3…'));
});
