import { standInSql } from '../../src/sandbox/postgres/standin/index.js';
import type { RecordedCase } from './cases.js';
import type { Sessions } from './sessions.js';

/** The directory that some cases point `duckdb.extension_directory` to: it has the extensions that the recording machine lacked. */
const STUB_DIRECTORY = '<stub-extension-dir>';

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
  #role: string | undefined;

  private constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  async #do(database: string, sql: string): Promise<void> {
    const outcome = await this.#sessions.run(database, 'postgres', sql);
    if (!outcome.ok) throw new Error(`The stage can't be set: ${outcome.message ?? ''}`);
  }

  /** Builds the stage on an empty server. */
  static async build(sessions: Sessions): Promise<Stage> {
    const stage = new Stage(sessions);
    await stage.#do('postgres', ROLES);
    for (const database of ['t', 'fresh']) {
      await stage.#do('postgres', `CREATE DATABASE ${database}`);
      await stage.#do(database, standInSql({ extensionDirectories: { [STUB_DIRECTORY]: ['aws', 'azure'] } }));
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
  }
}
