import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { filesBelow } from '../support/canaries.js';
import { COMMAND, start } from '../support/command.js';
import type { Finished, Running } from '../support/command.js';
import { makeProject, runHere } from '../support/project.js';
import type { Project, Where } from '../support/project.js';
import { query } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { followLog } from '../support/postgres/log.js';
import type { ServerLog } from '../support/postgres/log.js';
import { ASKED_FOR_PASSWORD } from '../support/postgres/shared.js';
import { openHome } from './homes.js';
import type { Home, HomeName } from './homes.js';
import type { Random } from './rounds.js';
import { openSearch } from './search.js';
import type { Search } from './search.js';
import { configuration, inputFiles, inputVariables, makeCanaries } from './values.js';
import type { Canaries } from './values.js';

/** Both systems, a state and a project, full of values that must not be told. */
export interface World {
  readonly project: Project;
  readonly helios: HeliosSandbox;
  readonly home: Home;
  readonly canaries: Canaries;
  readonly search: Search;
  /** The text of a value, by its name. */
  readonly of: (name: string) => string;
  /** The text of the configuration. */
  readonly configuration: string;
  /** Starts the command as a process, with the value that is to come in on its standard input. */
  readonly start: (...args: readonly string[]) => Running;
  /** Runs the command, in this process unless the world was opened otherwise, and looks everywhere. */
  readonly run: (...args: readonly string[]) => Promise<Finished>;
  /** The same in a process of its own: there a library may print past the program. */
  readonly runProcess: (...args: readonly string[]) => Promise<Finished>;
  /** Runs the command, which must end with this exit code. */
  readonly ends: (code: number, ...args: readonly string[]) => Promise<Finished>;
  /**
   * Looks for every value wherever a run may have left one.
   * @param what ran, for the message
   * @param search the values that count, where not all
   */
  readonly look: (what: string, finished: Finished, search?: Search) => Promise<void>;
  /** The same look, which gives the values that it finds by their places. */
  readonly leaks: (finished: Finished) => Promise<ReadonlyMap<string, readonly string[]>>;
  /** SQL by hand, which the server logs as it logs everything. */
  readonly loudSql: (text: string) => Promise<readonly Record<string, unknown>[]>;
  /** SQL by hand, of which the server's log tells nothing. */
  readonly sql: (text: string) => Promise<readonly Record<string, unknown>[]>;
}

/** A database whose server logs whatever it is told to. */
export const LOUD: Readonly<Record<string, string>> = {
  log_statement: 'all',
  log_min_duration_statement: '0',
  log_min_error_statement: 'debug5',
  log_parameter_max_length_on_error: '-1',
};

/** Turns all of that off for connections of the test itself. */
const QUIET = '-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic';

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Opens a world; it goes when the test ends. */
export async function openWorld(
  server: RealPostgres,
  random: Random,
  options: { readonly home: HomeName; readonly hasLarge?: boolean; readonly where?: Where },
): Promise<World> {
  const canaries = await makeCanaries(random, options.hasLarge === true);
  const of = (name: string): string => canaries.get(name)?.text ?? expect.fail(`no value ${name}`);
  const search = openSearch(canaries);
  const role = `deployer_${String(random.below(1e9))}_${String(process.pid)}`;
  await admit(server, role, of('database password'));
  const [helios, warehouse, stateUrl] = await Promise.all([
    startHelios(),
    server.createDatabase(),
    server.createDatabase(),
  ]);
  helios.control.edit({ kind: 'add-key', name: 'deploy', user: 'ci-bot@example.com', token: of('api key') });
  const home = await openHome(
    options.home,
    of('state password'),
    asRole(stateUrl, role, of('database password')),
    quietly(stateUrl),
  );
  const text = configuration(home.text);
  const project = await makeProject(
    { 'secrets.yaml': text },
    {
      SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
      SECRETS_HTTP_BACKOFF_MS: '1',
      SECRETS_HTTP_TIMEOUT_MS: '1500',
      SECRETS_ALLOW_EXEC: '1',
      SECRETS_LOG: 'debug',
      WAREHOUSE_URL: asRole(warehouse, role, of('database password')),
      ...(await inputVariables(of)),
      ...home.env,
    },
  );
  project.env['TMPDIR'] = join(project.folder, 'tmp');
  for (const folder of ['tmp', 'inputs', 'logs']) await mkdir(join(project.folder, folder));
  for (const [path, content] of Object.entries(await inputFiles(of))) {
    await writeFile(join(project.folder, path), content);
  }
  onTestFinished(async () => {
    await Promise.all([helios.close(), project.remove(), home.close()]);
  });

  const lookAt = looker(project, home, await followLog(server));
  const look = async (what: string, finished: Finished, among = search): Promise<void> => {
    for (const [place, content] of await lookAt(finished)) {
      // One leak must not hide the next.
      expect.soft(among.find(content), `${what}: values in ${place}:\n${content.slice(0, 4000)}`).toEqual([]);
    }
  };
  const leaks = async (finished: Finished): Promise<ReadonlyMap<string, readonly string[]>> => {
    const found = new Map<string, readonly string[]>();
    for (const [place, content] of await lookAt(finished)) {
      const names = search.find(content);
      if (names.length > 0) found.set(place, names);
    }
    return found;
  };
  let runs = 0;
  const withNotes = (args: readonly string[]): readonly string[] => {
    runs += 1;
    // Notes go to stderr always, and to a file every second time.
    const noted =
      runs % 2 === 0 && !args.includes('--log-file') ? ['--log-file', `logs/${String(runs % 6)}`] : [];
    const cut = args.indexOf('--');
    const at = cut < 0 ? args.length : cut;
    return args[0]?.startsWith('-') === true ? args : [...args.slice(0, at), ...noted, ...args.slice(at)];
  };
  const startRun = (...args: readonly string[]): Running => {
    const surroundings = { cwd: project.folder, env: { ...project.env } };
    const running = start(COMMAND, withNotes(args), surroundings, 'open');
    // Not every command reads it.
    running.child.stdin?.on('error', () => undefined).end(of('V_STDIN'));
    return running;
  };
  const runProcess = async (...args: readonly string[]): Promise<Finished> => {
    const finished = await startRun(...args).finished;
    await look(args.join(' '), finished);
    return finished;
  };
  const run = async (...args: readonly string[]): Promise<Finished> => {
    if (options.where === 'process') return runProcess(...args);
    const surroundings = { cwd: project.folder, env: project.env };
    const finished = await runHere(withNotes(args), surroundings, of('V_STDIN'));
    await look(args.join(' '), finished);
    return finished;
  };
  return {
    project,
    helios,
    home,
    canaries,
    search,
    of,
    configuration: text,
    start: startRun,
    run,
    runProcess,
    async ends(code, ...args) {
      const finished = await run(...args);
      expect(finished.code, `${args.join(' ')}:\n${finished.stderr}`).toBe(code);
      return finished;
    },
    look,
    leaks,
    loudSql: (statement) => query(warehouse, statement),
    sql: (statement) => query(quietly(warehouse), statement),
  };
}

/** Everything that a run may have left, by place: only what is new since the last look. */
function looker(project: Project, home: Home, log: ServerLog) {
  const known = new Map<string, string>();
  return async ({ stdout, stderr }: Finished): Promise<ReadonlyMap<string, string>> => {
    const places = new Map([
      ['stdout', stdout],
      ['stderr', stderr],
      ['the state', await home.kept()],
      ["the server's log", await log.next()],
    ]);
    for (const [path, content] of await filesBelow(project.folder)) {
      const name = relative(project.folder, path);
      // A name can tell something as well.
      places.set('the names of files', `${places.get('the names of files') ?? ''}\n${name}`);
      if (!name.startsWith('inputs/')) places.set(name, content);
    }
    for (const [place, content] of places) {
      // Logs grow; most other files stay as they are.
      const before = known.get(place) ?? '';
      known.set(place, content);
      if (content === before) places.delete(place);
      else if (content.startsWith(before)) places.set(place, content.slice(before.length));
    }
    return places;
  };
}

/** Makes a superuser whom the server lets in with this password alone. */
async function admit(server: RealPostgres, role: string, password: string): Promise<void> {
  await query(
    quietly(server.superuserUrl),
    `CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD ${quoted(password)} IN ROLE ${ASKED_FOR_PASSWORD}`,
  );
}

function asRole(url: string, role: string, password: string): string {
  const at = new URL(url);
  return `postgres://${role}:${encodeURIComponent(password)}@${at.host}${at.pathname}`;
}

function quietly(url: string): string {
  return `${url}?options=${encodeURIComponent(QUIET)}`;
}

/** Puts values into both systems past the program: `old`, before it knows of anything there. */
export async function plantOld(
  { helios, canaries, of, sql }: World,
  names: readonly string[],
): Promise<void> {
  const by = 'ci-bot@example.com';
  for (const name of names)
    helios.control.edit({ kind: 'create-secret', name, value: of(`old ${name}`), by });
  await sql("CREATE SERVER lake TYPE 's3' FOREIGN DATA WRAPPER duckdb OPTIONS (region 'us-east-1')");
  await sql(
    `CREATE USER MAPPING FOR analyst SERVER lake OPTIONS (key_id ${quoted(of('old V_ENV'))}, secret ${quoted(of('old mapping'))})`,
  );
  expect(canaries.has('old mapping')).toBe(true);
}

/** Changes values in both systems past the program: `hand`, over what it has put there. */
export async function changeByHand({ helios, of, sql }: World, names: readonly string[]): Promise<void> {
  const by = 'ana@example.com';
  for (const secret of names) {
    helios.control.edit({ kind: 'set-value', secret, value: of(`hand ${secret}`), by });
  }
  await sql(
    `ALTER USER MAPPING FOR analyst SERVER lake OPTIONS (SET key_id ${quoted(of('hand V_ENV'))}, SET secret ${quoted(of('hand mapping'))})`,
  );
}
