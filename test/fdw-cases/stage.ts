import { hostSql, standInSql } from '../../src/sandbox/postgres/standin/index.js';
import type { HostFacts } from '../../src/sandbox/postgres/standin/index.js';
import type { RecordedCase } from './cases.js';
import type { Sessions } from './sessions.js';

/** The directory that some cases point `duckdb.extension_directory` to: it has the extensions that the default one lacks. */
const STUB_DIRECTORY = '<stub-extension-dir>';

/** The default directory: of extensions that are not linked in, it has none. */
const DEFAULT_DIRECTORY = { '<extension-dir>': ['httpfs'] };

/** What is in the other: stubs in the first recording, the real extensions in later ones. */
const STUBS = ['aws', 'azure'];
const REAL = [
  'avro',
  'aws',
  'azure',
  'httpfs',
  'iceberg',
  'mysql',
  'mysql_scanner',
  'postgres',
  'postgres_scanner',
];

/** Whether a recording was made with stubs, as its note says. */
export function isStubbed(note: string): boolean {
  return /\bused stub\b/.test(note);
}

/** What the server's machine had, as a case says in words. */
export function hostOf({ needs = '' }: Pick<RecordedCase, 'needs'>, stubbed: boolean): HostFacts {
  const key = /~\/\.aws\/credentials\b.*\bkey (\w+)/.exec(needs)?.[1];
  const endpoint = /token endpoint on ([\w.:]+)/.exec(needs)?.[1];
  return {
    isAwsStub: stubbed,
    ...(key === undefined ? {} : { awsKeys: { default: key } }),
    ...(endpoint === undefined ? {} : { tokenEndpoints: [`http://${endpoint}`] }),
  };
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'];

/** After which step of a case the machine loses what it had; undefined where it keeps it. */
export function lossOf({ needs = '' }: Pick<RecordedCase, 'needs'>): number | undefined {
  const word = /which (?:stops|goes|is removed|vanishes) after the (\w+) step/.exec(needs)?.[1];
  return word === undefined ? undefined : ORDINALS.indexOf(word) + 1;
}

const ROLES = `
  CREATE ROLE admin2 SUPERUSER LOGIN; CREATE ROLE plain LOGIN; CREATE ROLE fdwuser LOGIN; CREATE ROLE duckgroup;
  CREATE ROLE duckmember LOGIN IN ROLE duckgroup; CREATE ROLE other LOGIN IN ROLE duckgroup;
  CREATE ROLE fdwduck LOGIN IN ROLE duckgroup;`;

const EMPTY = `DO $$ DECLARE s name; BEGIN
  SET LOCAL client_min_messages = error;
  FOR s IN SELECT srvname FROM pg_foreign_server LOOP EXECUTE format('DROP SERVER %I CASCADE', s); END LOOP; END $$`;

/** The recording's server: its roles, and the databases `t` (grants on the wrapper) and `fresh` (as after CREATE EXTENSION). */
export class Stage {
  readonly #sessions: Sessions;
  readonly #stubbed: boolean;
  #role: string | undefined;

  private constructor(sessions: Sessions, stubbed: boolean) {
    this.#sessions = sessions;
    this.#stubbed = stubbed;
  }

  async #do(database: string, sql: string): Promise<void> {
    const outcome = await this.#sessions.run(database, 'postgres', sql);
    if (!outcome.ok) throw new Error(`The stage can't be set: ${outcome.message ?? ''}`);
  }

  /** Builds the stage on an empty server, as a recording's note describes it. */
  static async build(sessions: Sessions, note: string): Promise<Stage> {
    const stubbed = isStubbed(note);
    const stage = new Stage(sessions, stubbed);
    const extensionDirectories = { ...DEFAULT_DIRECTORY, [STUB_DIRECTORY]: stubbed ? STUBS : REAL };
    await stage.#do('postgres', ROLES);
    for (const database of ['t', 'fresh']) {
      await stage.#do('postgres', `CREATE DATABASE ${database}`);
      await stage.#do(database, standInSql({ extensionDirectories }));
    }
    await stage.#do('t', 'GRANT USAGE ON FOREIGN DATA WRAPPER duckdb TO fdwuser, fdwduck');
    return stage;
  }

  /** Sets the stage for a case: an empty `t`, and duckdb.postgres_role as it was in the case's section. */
  async set(recorded: RecordedCase): Promise<void> {
    const role = recorded.section.startsWith('01_') ? '' : 'duckgroup';
    // Set anew for every case: some of them change it. Sessions keep what they began with.
    await this.#do('postgres', `ALTER DATABASE t SET duckdb.postgres_role = '${role}'`);
    if (role !== this.#role) await this.#sessions.close();
    this.#role = role;
    // `fresh` keeps what its cases leave: one of them cleans up after another.
    await this.#do('t', EMPTY);
    await this.#do('t', hostSql(hostOf(recorded, this.#stubbed)));
  }

  /** Takes from the machine what the case gave it. */
  async lose(): Promise<void> {
    await this.#do('t', hostSql(hostOf({}, this.#stubbed)));
  }
}
