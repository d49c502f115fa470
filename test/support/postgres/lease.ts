import { inject, onTestFinished } from 'vitest';

import { query, withClient } from './client.js';
import { urlOf } from './server.js';
import type { RealPostgres, RealPostgresOptions, Skipped } from './server.js';
import type { SharedRequest, SharedServer } from './shared.js';

/** Settings that only a server can have; any other a database can have for itself. */
const OF_A_SERVER = /^(shared_preload_libraries|max_connections|log_connections|ssl|listen_addresses)$/;

let databases = 0;

/** Asks the process that runs all tests for its server of this version. */
async function ask(request: SharedRequest): Promise<SharedServer | Skipped> {
  const response = await fetch(inject('services'), { method: 'POST', body: JSON.stringify(request) });
  const answer = (await response.json()) as SharedServer | Skipped | { readonly error: string };
  if ('error' in answer) throw new Error(answer.error);
  return answer;
}

/** Whether a server with these settings can be the shared one. */
export function canShare(settings: Readonly<Record<string, string>>): boolean {
  return !Object.keys(settings).some((name) => OF_A_SERVER.test(name));
}

/**
 * The server of this version that all test files share, started by the first who asks. Databases are copies of a template,
 * and go when the test that made them ends, or by `stop`, which leaves the server running.
 * @param options settings must be such that {@link canShare} says yes
 */
export async function leasePostgres(options: RealPostgresOptions): Promise<RealPostgres | Skipped> {
  const { version, standIn, settings = {} } = options;
  const shared = await ask({
    version,
    ...(standIn === undefined || standIn === false ? {} : { standIn: standIn === true ? {} : standIn }),
  });
  if ('skipped' in shared) return shared;
  const { superuserUrl, port, logFile, template } = shared;
  const made = new Set<string>();
  const drop = async (database: string): Promise<void> => {
    if (made.delete(database))
      await query(superuserUrl, `DROP DATABASE IF EXISTS ${quoted(database)} WITH (FORCE)`);
  };
  const createDatabase = async (name?: string): Promise<string> => {
    const database = name ?? `test_${String(++databases)}_${String(process.pid)}`;
    await withClient(superuserUrl, async (client) => {
      await client.query(
        `CREATE DATABASE ${quoted(database)} TEMPLATE ${quoted(template)} STRATEGY file_copy`,
      );
      for (const [setting, value] of Object.entries(settings)) {
        await client.query(`ALTER DATABASE ${quoted(database)} SET ${setting} = '${value}'`);
      }
    });
    made.add(database);
    try {
      onTestFinished(() => drop(database));
    } catch {
      // Made for a whole file: `stop` removes it.
    }
    return urlOf(port, database);
  };
  return {
    version,
    port,
    superuserUrl,
    logFile,
    url: await createDatabase(),
    createDatabase,
    stop: async () => {
      for (const database of [...made]) await drop(database);
    },
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
