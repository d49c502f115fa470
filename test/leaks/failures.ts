import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { FaultKind } from '../../src/sandbox/helios/index.js';
import { echoOf } from './echoes.js';
import type { Random } from './rounds.js';
import { NAMES } from './values.js';
import type { World } from './world.js';

/** Something that goes wrong, and the runs that meet it. */
export interface Failure {
  readonly title: string;
  /** Makes it so; gives what takes it back. */
  readonly begin: (world: World, random: Random) => Promise<() => Promise<unknown> | undefined>;
  /** The commands; `plan` and `apply` where absent. */
  readonly runs?: readonly (readonly string[])[];
  /** What must be said, so that the failure is known to have happened. */
  readonly says: RegExp;
  /** Whether it is about the process, so that the commands need one. */
  readonly isOfProcess?: boolean;
}

/** How a run says that something went wrong. */
const FAILED = /Error|failed|could not/i;

const APPLY = ['apply', '--auto-approve'] as const;
const BOTH = [['plan', '--json'], [...APPLY]] as const;

/** All values that the systems have seen. */
function values(world: World): readonly string[] {
  return NAMES.flatMap((name) => ['', 'old ', 'hand '].map((when) => world.of(when + name))).concat(
    world.of('api key'),
  );
}

/** The API goes wrong; where it answers something, that repeats a value. */
function api(
  title: string,
  kind: FaultKind,
  says: RegExp,
  more: { readonly status?: number; readonly method?: string; readonly path?: string } = {},
): Failure {
  const doesTell = kind === 'status' || kind === 'html' || kind === 'garbage';
  // Only what is told of secrets holds values that the program never had; elsewhere the API repeats what it was sent.
  const known = (world: World): readonly string[] =>
    more.path === '/secrets' ? values(world) : [...NAMES.map((name) => world.of(name)), world.of('api key')];
  return {
    title: `the API: ${title}`,
    runs: more.method === undefined || more.method === 'GET' ? BOTH : [[...APPLY], [...APPLY, '--json']],
    says,
    begin: ({ helios, ...world }, random) => {
      const body = doesTell ? { body: echoOf(random, known({ helios, ...world })) } : {};
      const id = helios.control.addFault({ kind, ...more, ...body });
      return Promise.resolve(() => {
        helios.control.clearFaults(id);
        return undefined;
      });
    },
  };
}

const API: readonly Failure[] = [
  ...[400, 401, 403, 404, 409, 422, 429, 500, 503].flatMap((status) => [
    api(`every request ends with ${String(status)}`, 'status', FAILED, { status }),
    api(`reading secrets ends with ${String(status)}`, 'status', /Error|replace|create/, {
      status,
      method: 'GET',
      path: '/secrets',
    }),
    api(`writing ends with ${String(status)}`, 'status', FAILED, {
      status,
      method: 'PATCH',
      path: '/secrets',
    }),
  ]),
  api('a redirect', 'status', /redirect/, { status: 302 }),
  api('a page instead of an answer', 'html', /HTML page|Error/),
  api('a page that quotes', 'html', FAILED, { method: 'PATCH' }),
  api('nonsense', 'garbage', FAILED),
  api('nonsense when asked for secrets', 'garbage', FAILED, { method: 'GET', path: '/secrets' }),
  api('nonsense after a write', 'garbage', FAILED, { method: 'PATCH' }),
  api('half an answer', 'truncated', FAILED),
  api('half an answer to a write', 'truncated', FAILED, { method: 'PATCH' }),
  api('no answer', 'timeout-after', /no answer|timeout/, { method: 'PATCH' }),
  api('a broken connection', 'reset-after', FAILED, { method: 'PATCH' }),
];

/** A variable that is another one for a while. */
function variable(
  title: string,
  name: string,
  value: (world: World) => string,
  says: RegExp,
  runs: Failure['runs'] = BOTH,
): Failure {
  return {
    title,
    runs,
    says,
    begin: (world) => {
      const { env } = world.project;
      const before = env[name];
      env[name] = value(world);
      return Promise.resolve(() => {
        if (before === undefined) Reflect.deleteProperty(env, name);
        else env[name] = before;
        return undefined;
      });
    },
  };
}

const another = ({ of }: World): string => of('wrong');

const KEYS: readonly Failure[] = [
  variable('a wrong API key', 'HELIOS_KEY', another, /does not accept the API key/),
  variable('an API key that is none', 'HELIOS_KEY', ({ of }) => `${of('wrong')}\nX: y`, /holds characters/),
  variable(
    'a wrong password of the database',
    'WAREHOUSE_URL',
    ({ project: { env }, of }) => (env['WAREHOUSE_URL'] ?? '').replace(/:[^:@/]+@/, `:${of('wrong')}@`),
    /refuses the password/,
  ),
  variable(
    'an address that is none',
    'WAREHOUSE_URL',
    ({ of }) => `postgres//x:${of('database password')}@db:port/%zz`,
    FAILED,
  ),
  variable(
    'a key of age that is damaged',
    'SECRETS_AGE_KEY',
    ({ of }) => `${of('age key').slice(0, -1)}Q`,
    /age key/,
  ),
  variable(
    'a key for fingerprints that is too short',
    'SECRETS_KEY',
    ({ of }) => of('wrong').slice(0, 9),
    /Error|SECRETS_KEY/,
  ),
];

/** A file of a value that is another one for a while. */
function file(
  title: string,
  path: string,
  bytes: (world: World, random: Random) => string | Uint8Array,
  says: RegExp,
  runs: Failure['runs'] = BOTH,
): Failure {
  return {
    title,
    runs,
    says,
    begin: async ({ project, ...world }, random) => {
      const place = join(project.folder, path);
      const before = await readFile(place).catch(() => undefined);
      await writeFile(place, bytes({ project, ...world }, random));
      return () => (before === undefined ? rm(place) : writeFile(place, before));
    },
  };
}

const WRONG: readonly Failure[] = [
  file(
    'a value that is no UTF-8',
    'inputs/file',
    ({ of }) => Buffer.concat([Buffer.from(of('V_FILE')), Buffer.from([0xff, 0xfe])]),
    /not UTF-8/,
  ),
  file('a value with a NUL in it', 'inputs/file', ({ of }) => `${of('V_FILE')}\0${of('V_FILE')}`, FAILED),
  file(
    'a value that is too large',
    'inputs/large',
    ({ of }) => of('V_EXEC').repeat(6e6 / of('V_EXEC').length),
    /MB|too large|larger/,
  ),
  file('a document that is none', 'inputs/mapping.json', ({ of }) => `{"a": [${of('mapping')}`, /not JSON/),
  file(
    'a document with another shape',
    'inputs/mapping.json',
    ({ of }) => JSON.stringify({ b: of('mapping') }),
    /mapping\.json/,
  ),
  file(
    'base64 that is none',
    'inputs/dotenv',
    ({ of }) => `V='${of('V_ENV').replaceAll("'", '')}!'\n`,
    FAILED,
  ),
  file(
    'a dotenv file without the variable',
    'inputs/dotenv',
    ({ of }) => `W=${JSON.stringify(of('V_DOTENV'))}\n${of('V_DOTENV')}`,
    /no variable V/,
  ),
  file('a file of age that is none', 'inputs/value.age', ({ of }) => of('V_AGE'), /is not encrypted by age/),
  file(
    'a file of sops that is none',
    'inputs/sops.yaml',
    ({ of }) => `aws:\n  secret_key: ${of('V_AGE')}\n`,
    FAILED,
  ),
];

/** The configuration is another one for a while. */
function configured(
  title: string,
  from: string,
  to: string,
  says: RegExp,
  runs: Failure['runs'] = BOTH,
): Failure {
  return {
    title,
    runs,
    says,
    begin: async ({ project, configuration }) => {
      expect(configuration).toContain(from);
      await project.write('secrets.yaml', configuration.replace(from, to));
      return () => project.write('secrets.yaml', configuration);
    },
  };
}

const CONFIGURED: readonly Failure[] = [
  configured(
    'a value that the database cannot convert',
    'key_id: { secret: V_ENV }',
    'key_id: { secret: V_ENV }\n        use_ssl: { file: inputs/mapping.json, key: a.0 }',
    FAILED,
    [[...APPLY], [...APPLY, '--json']],
  ),
  configured(
    'a value of a field that it does not take',
    'region: us-east-1',
    'region: { env: V_ENV }',
    FAILED,
  ),
  configured('a value from nowhere', '{ env: V_ENV }', '{ vault: secret/a, key: x }', FAILED),
  {
    ...variable('the debugging output of libraries', 'DEBUG', () => '*', /Apply complete!/),
    isOfProcess: true,
  },
];

/** SQL by hand, and what takes it back. */
function database(title: string, sql: string, back: string, says: RegExp): Failure {
  return {
    title: `the database: ${title}`,
    runs: [[...APPLY], [...APPLY, '--json']],
    says,
    begin: async ({ sql: run }) => {
      await run(sql);
      return () => run(back);
    },
  };
}

const TRIGGER = (message: string): string => `
  CREATE FUNCTION tell() RETURNS event_trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION '%', ${message}; END $f$;
  CREATE EVENT TRIGGER zz_tell ON ddl_command_end WHEN TAG IN ('ALTER USER MAPPING', 'CREATE USER MAPPING') EXECUTE FUNCTION tell()`;
const NO_TRIGGER = 'DROP EVENT TRIGGER zz_tell; DROP FUNCTION tell()';
const OPTIONS = "(SELECT string_agg(array_to_string(umoptions, ', '), '; ') FROM pg_user_mappings)";

const DATABASE: readonly Failure[] = [
  database('an error that quotes the statement', TRIGGER('current_query()'), NO_TRIGGER, FAILED),
  database('an error that quotes the values', TRIGGER(OPTIONS), NO_TRIGGER, /sensitive value/),
  database('an error that quotes them as JSON', TRIGGER(`to_json(${OPTIONS})::text`), NO_TRIGGER, FAILED),
  database(
    'an error that quotes them in hexadecimal',
    TRIGGER(`encode(convert_to(${OPTIONS}, 'UTF8'), 'hex')`),
    NO_TRIGGER,
    FAILED,
  ),
  database(
    'an error that quotes them in base64',
    TRIGGER(`translate(encode(convert_to(${OPTIONS}, 'UTF8'), 'base64'), E'\\n', '')`),
    NO_TRIGGER,
    FAILED,
  ),
  database('an error that quotes the beginning', TRIGGER(`left(${OPTIONS}, 40)`), NO_TRIGGER, FAILED),
];

/** The state's backend goes wrong. */
const STATE: readonly Failure[] = [
  {
    title: 'a state that cannot be written',
    says: FAILED,
    runs: [[...APPLY], [...APPLY, '--json']],
    begin: async ({ home, project, of }, random) => {
      if (home.server !== undefined) {
        const { server } = home;
        const body = echoOf(random, NAMES.map(of).concat(of('state password')));
        server.fail({ on: 'update', how: 'status', status: 500, body, times: 50 });
        return () => {
          server.clear();
          return undefined;
        };
      }
      if (home.name === 'postgres') {
        const { env } = project;
        const url = env['STATE_URL'] ?? '';
        env['STATE_URL'] = url.replace(/:[^:@/]+@/, ':not-the-password@');
        return () => {
          env['STATE_URL'] = url;
          return undefined;
        };
      }
      const [folder, aside] = ['.secrets', 'aside.secrets'].map((name) => join(project.folder, name)) as [
        string,
        string,
      ];
      await rename(folder, aside);
      await writeFile(folder, '');
      return async () => {
        await rm(folder);
        await rename(aside, folder);
      };
    },
  },
  variable(
    'another password of the state',
    'TF_HTTP_PASSWORD',
    another,
    /Error|will be|No changes|complete/,
    [['state', 'list', '--json'], ['plan']],
  ),
];

/** A plan, a state or a log that is not what it should be. */
const FILES: readonly Failure[] = [
  file(
    'a plan with a value in it',
    'inputs/bad',
    ({ of }) => `{"format":1,"changes":[${of('V_ENV')}]}`,
    /not a saved plan|Error/,
    [
      ['show', 'inputs/bad'],
      ['show', 'inputs/bad', '--json'],
      ['apply', 'inputs/bad'],
    ],
  ),
  file(
    'a plan that is a value',
    'inputs/bad',
    ({ of }) => JSON.stringify(of('V_ENV')),
    /not a saved plan|Error/,
    [
      ['show', 'inputs/bad', '--json'],
      ['apply', 'inputs/bad', '--json'],
    ],
  ),
  file(
    'a state with a value in it',
    'inputs/bad',
    ({ of }) => `{"version":1,"records":[${of('V_ENV')}`,
    FAILED,
    [
      ['state', 'push', 'inputs/bad'],
      ['state', 'push', 'inputs/bad', '--json'],
    ],
  ),
  {
    title: 'a folder in place of the log',
    says: /log file|log is not written/,
    runs: [
      ['plan', '--log-file', 'aside'],
      ['apply', '--log-file', 'aside', '--json', '--auto-approve'],
    ],
    begin: async ({ project }) => {
      const folder = join(project.folder, 'aside');
      await mkdir(folder);
      await chmod(folder, 0o500);
      return () => rm(folder, { recursive: true });
    },
  },
];

/** Everything that goes wrong in these tests. */
export const FAILURES: readonly Failure[] = [
  ...API,
  ...KEYS,
  ...WRONG,
  ...CONFIGURED,
  ...DATABASE,
  ...STATE,
  ...FILES,
];

/** Makes one thing go wrong, and looks everywhere after each run that meets it. */
export async function meet(
  world: World,
  random: Random,
  { title, begin, runs = BOTH, says, isOfProcess = false }: Failure,
): Promise<void> {
  const end = await begin(world, random);
  let said = '';
  for (const args of runs) {
    const finished = await (isOfProcess ? world.runProcess : world.run)(...args);
    said += finished.stdout + finished.stderr;
    expect(finished.stderr, title).not.toContain('bug in secrets');
  }
  expect.soft(says.test(said), `${title}: said is ${said.slice(0, 2000)}`).toBe(true);
  await end();
}
