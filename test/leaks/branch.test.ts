import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Finished } from '../support/command.js';
import { COMMAND, start } from '../support/command.js';
import { makeProject } from '../support/project.js';
import { startListener, startRedirecting } from './hostile.js';
import type { Listener } from './hostile.js';
import { randomOf, sampled } from './rounds.js';
import { openSearch } from './search.js';
import { plainCanary } from './shapes.js';

/*
 * A configuration as somebody's pull request may hold it, planned where the credentials are. It must not run a program, read a file
 * elsewhere without a word, or have anything sent to a host of its own.
 */

const random = randomOf('branch', 0);
const SECRETS = {
  HELIOS_KEY: plainCanary(random),
  VALUE: plainCanary(random),
  PASSWORD: plainCanary(random),
};

async function openBranch(
  files: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
) {
  const env = Object.fromEntries(Object.entries(SECRETS).map(([name, { text }]) => [name, text]));
  const project = await makeProject(files, {
    ...env,
    STATE_USER: 'u',
    SECRETS_HTTP_BACKOFF_MS: '1',
    SECRETS_HTTP_TIMEOUT_MS: '1500',
    ...more,
  });
  onTestFinished(project.remove);
  return project;
}

const search = openSearch(new Map(Object.entries(SECRETS)));

const config = (
  provider: string,
  value = '{ env: VALUE }',
  state = '{ backend: local }',
): string => `version: 1
stack: branch
state: ${state}
providers:
  one: ${provider}
${provider.includes('singlestore') ? `secrets: { A: { value: ${value} } }` : 'duckdb_servers: { lake: { type: s3, options: { region: us-east-1 } } }'}
`;

const HELIOS = '{ type: singlestore, api_key: { env: HELIOS_KEY } }';

/** Every command that would read values or ask systems. */
const RUNS = [
  ['plan'],
  ['plan', '--json', '--out', 'p'],
  ['drift'],
  ['apply', '--auto-approve'],
  ['state', 'list'],
  ['import', 'secret.one.A'],
  ['get', 'A'],
  ['run', '--env', 'X=A', '--', 'true'],
] as const;

describe('a program', () => {
  const touch = '{ exec: [touch, marker] }';

  it.each([
    ['for a value', config(HELIOS, touch), RUNS.filter(([one]) => one !== 'state')],
    ['for a key', config(`{ type: singlestore, api_key: ${touch} }`), RUNS.slice(0, 4)],
    [
      'for a state',
      config(
        HELIOS,
        undefined,
        `{ backend: http, address: "http://127.0.0.1:1/x", password: ${touch}, username: { env: STATE_USER } }`,
      ),
      RUNS.slice(0, 5),
    ],
  ])('is not run: %s', async (_, text, runs) => {
    const project = await openBranch({ 'secrets.yaml': text });
    const marker = join(project.folder, 'marker');
    for (const args of sampled<readonly string[]>(random, runs, 2)) {
      const { code, stderr } = await project.run(...args);
      expect(code, args.join(' ')).not.toBe(0);
      expect(stderr, args.join(' ')).not.toContain('bug in secrets');
      await expect(access(marker), args.join(' ')).rejects.toThrow('ENOENT');
    }
    const { stderr } = await project.run('plan');
    expect(stderr).toContain('--allow-exec');
    // The same with leave, so that the marker is known to work.
    await project.run('plan', '--allow-exec');
    await access(marker);
  });
});

describe('a file elsewhere', () => {
  it.each([
    '{ file: ../outside }',
    '{ file: /proc/self/environ, trim: true }',
    '{ dotenv: ../outside, name: X }',
  ])('is read aloud: %s', async (source) => {
    const project = await openBranch({
      'repository/secrets.yaml': config(HELIOS, source),
      outside: 'X=something-else\n',
    });
    await mkdir(join(project.folder, 'repository', '.git'));
    const cwd = join(project.folder, 'repository');
    const finished = await start(COMMAND, ['get', 'A'], { cwd, env: project.env }).finished;
    expect(finished.stderr).toContain('is outside this repository');
  });
});

/** A folder of sockets that is named like a host. */
const SOCKETS = '/tmp/a.db.example.com';

/** Runs a command; nothing may have come to the listener. */
async function reachesNobody(
  project: Awaited<ReturnType<typeof openBranch>>,
  hostile: Listener,
  args: readonly string[],
): Promise<Finished> {
  const finished = await project.run(...args);
  expect(hostile.connections(), args.join(' ')).toBe(0);
  expect(finished.code, args.join(' ')).not.toBe(0);
  return finished;
}

describe('a host of its own', () => {
  const pinned = { SECRETS_ALLOWED_HOSTS: 'api.singlestore.com,*.db.example.com' };

  const hosts: readonly (readonly [string, (hostile: Listener) => string])[] = [
    [
      'the API',
      ({ host }: Listener) =>
        config(`{ type: singlestore, api_key: { env: HELIOS_KEY }, base_url: "http://${host}" }`),
    ],
    [
      'a database, by its address',
      ({ host }: Listener) =>
        config(`{ type: postgres, url: "postgres://u@${host}/d", password: { env: PASSWORD } }`),
    ],
    [
      'a database, by its host',
      ({ port }: Listener) =>
        config(
          `{ type: postgres, host: 127.0.0.1, port: ${String(port)}, user: u, password: { env: PASSWORD } }`,
        ),
    ],
    [
      'one of several hosts of a database',
      ({ port }: Listener) =>
        config(
          `{ type: postgres, host: "127.0.0.1,a.db.example.com", port: ${String(port)}, user: u, password: { env: PASSWORD } }`,
        ),
    ],
    [
      'a state behind HTTP',
      ({ host }: Listener) =>
        config(
          HELIOS,
          undefined,
          `{ backend: http, address: "http://${host}/s", username: { env: STATE_USER }, password: { env: PASSWORD } }`,
        ),
    ],
    [
      'the lock of a state',
      ({ host }: Listener) =>
        config(
          HELIOS,
          undefined,
          `{ backend: http, address: "https://api.singlestore.com/s", lock_address: "http://${host}/l", unlock_address: "http://${host}/l", username: { env: STATE_USER }, password: { env: PASSWORD } }`,
        ),
    ],
    [
      'a state in a database',
      ({ host }: Listener) =>
        config(
          HELIOS,
          undefined,
          `{ backend: postgres, url: "postgres://u@${host}/d", password: { env: PASSWORD } }`,
        ),
    ],
  ];

  interface Disguise {
    readonly how: string;
    readonly settings: (port: string) => string;
    readonly env?: Readonly<Record<string, string>>;
  }
  const disguises: readonly Disguise[] = [
    {
      how: 'a name that ends early',
      settings: (port) => `url: "postgres://u@localhost%00.db.example.com:${port}/d"`,
    },
    { how: 'a number', settings: (port) => `url: "postgres://u@2130706433:${port}/d"` },
    { how: 'a folder of sockets', settings: (port) => `host: "${SOCKETS}", port: ${port}, user: u` },
    {
      how: 'an address beside the name',
      settings: (port) => `url: "postgres://u@a.db.example.com:${port}/d?hostaddr=127.0.0.1"`,
    },
    {
      how: 'an address of its own option',
      settings: (port) => `host: a.db.example.com, hostaddr: 127.0.0.1, port: ${port}, user: u`,
    },
    {
      how: 'an address of the environment',
      settings: (port) => `host: a.db.example.com, port: ${port}, user: u`,
      env: { PGHOSTADDR: '127.0.0.1' },
    },
    { how: 'a service', settings: (port) => `url: "postgres://u@a.db.example.com:${port}/d?service=evil"` },
    {
      how: 'another port of a url of the environment',
      settings: (port) => `url: { env: DATABASE }, port: ${port}`,
      env: { SECRETS_ALLOWED_HOSTS: '127.0.0.1' },
    },
  ];

  it.each(disguises)('is refused in disguise: $how', async ({ settings, env = {} }) => {
    const hostile = await startListener();
    const provider = `{ type: postgres, ${settings(String(hostile.port))}, password: { env: PASSWORD } }`;
    const DATABASE = 'postgres://u@127.0.0.1:9/d';
    const project = await openBranch({ 'secrets.yaml': config(provider) }, { ...pinned, DATABASE, ...env });
    const { stderr } = await reachesNobody(project, hostile, ['plan']);
    expect(stderr).not.toContain('bug in secrets');
    expect(stderr).toMatch(
      /not among the hosts|is not a host name|is not supported|would lead the connection/,
    );
  });

  it('is refused where the list is set and empty', async () => {
    const hostile = await startListener();
    const text = config(
      `{ type: postgres, url: "postgres://u@${hostile.host}/d", password: { env: PASSWORD } }`,
    );
    for (const allowed of ['', ' , ']) {
      const project = await openBranch({ 'secrets.yaml': text }, { SECRETS_ALLOWED_HOSTS: allowed });
      const { stderr } = await reachesNobody(project, hostile, ['plan']);
      expect(stderr).toContain('it allows no host');
    }
  });

  it('gets no password past TLS that the run requires', async () => {
    const hostile = await startListener();
    const text = config(`{ type: postgres, url: { env: DATABASE }, sslmode: disable }`);
    const project = await openBranch(
      { 'secrets.yaml': text },
      { DATABASE: `postgres://u:${SECRETS.PASSWORD.text}@${hostile.host}/d?sslmode=verify-full` },
    );
    const { stderr } = await reachesNobody(project, hostile, ['plan']);
    expect(stderr).toContain('sslmode in the configuration would weaken the connection');
    const far = await openBranch(
      { 'secrets.yaml': config('{ type: postgres, url: "postgres://u@192.0.2.1/d", connect_timeout: 1 }') },
      { SECRETS_REQUIRE_TLS: '1' },
    );
    expect((await far.run('plan')).stderr).toContain('SECRETS_REQUIRE_TLS is set');
    delete far.env['SECRETS_REQUIRE_TLS'];
    const { stderr: warned } = await far.run('plan');
    expect(warned).toContain('sends passwords and values to 192.0.2.1:5432 without verified TLS');
  });

  it.each(sampled(random, hosts, 4))('is refused before anything is sent: %s', async (_, text) => {
    const hostile = await startListener();
    const open = await openBranch({ 'secrets.yaml': text(hostile) });
    // Without the pin it would be asked: the listener is known to work.
    await open.run('plan');
    const [heard, before] = [hostile.received(), hostile.connections()];
    const own = await startListener();
    const project = await openBranch({ 'secrets.yaml': text(own) }, pinned);
    for (const args of sampled(random, RUNS.slice(0, 4), 1)) {
      const { stderr } = await reachesNobody(project, own, args);
      // A drift without a state ends before any system is looked for.
      if (args[0] === 'drift')
        expect(stderr).toMatch(/not among the hosts that this run may connect to|^Error: No state at /m);
      else expect(stderr, args.join(' ')).toContain('not among the hosts that this run may connect to');
    }
    if (!text(own).includes('https://api.singlestore.com')) expect(before, heard).toBeGreaterThan(0);
  });

  it('is not what a reference of vals can name: Vault is where the environment says', async () => {
    const hostile = await startListener();
    const sources = [
      `"ref+vault://secret/a?address=http://${hostile.host}#/x"`,
      `"ref+vault://${hostile.host}/secret/a#/x"`,
      `"ref+vault://secret/a?host=${hostile.host}&proto=http#/x"`,
    ];
    for (const source of sources) {
      const project = await openBranch(
        { 'secrets.yaml': config(HELIOS, source) },
        { VAULT_ADDR: 'http://127.0.0.1:1', VAULT_TOKEN: SECRETS.PASSWORD.text },
      );
      await reachesNobody(project, hostile, ['get', 'A']);
    }
  });
});

describe('a redirect', () => {
  it.each(sampled(random, [301, 302, 307, 308], 1))(
    'is not followed, so that the key stays: %i',
    async (status) => {
      const hostile = await startListener();
      const elsewhere = await startRedirecting(hostile.host, status);
      const state = `{ backend: http, address: "${elsewhere.url}/s", lock_address: "${elsewhere.url}/s", unlock_address: "${elsewhere.url}/s", username: { env: STATE_USER }, password: { env: PASSWORD }, retry_max: 0 }`;
      const api = `{ type: singlestore, api_key: { env: HELIOS_KEY }, base_url: "${elsewhere.url}" }`;
      const vault = { VAULT_ADDR: elsewhere.url, VAULT_TOKEN: SECRETS.PASSWORD.text };
      for (const [text, args] of [
        [config(api), ['plan']],
        [config(api), ['apply', '--auto-approve', '--json']],
        [config(HELIOS, undefined, state), ['plan', '--json']],
        [config(HELIOS, undefined, state), ['apply', '--auto-approve']],
        [config(HELIOS, '{ vault: secret/a, key: x }'), ['get', 'A']],
      ] as const) {
        const project = await openBranch({ 'secrets.yaml': text }, vault);
        const before = elsewhere.asked.length;
        const { stdout, stderr } = await reachesNobody(project, hostile, args);
        expect(elsewhere.asked.length).toBeGreaterThan(before);
        expect(search.find(stdout + stderr + hostile.received())).toEqual([]);
      }
    },
  );
});
