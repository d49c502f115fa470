import { createHash } from 'node:crypto';

import { standInSql } from '../../../src/sandbox/postgres/standin/index.js';
import type { StandInOptions } from '../../../src/sandbox/postgres/standin/index.js';
import { query, withClient } from './client.js';
import { startRealPostgres } from './server.js';
import type { RealPostgres, Skipped } from './server.js';

/** A server that all test files share, and the database to copy. Plain data: it goes to other processes. */
export interface SharedServer {
  readonly version: 15 | 18;
  readonly port: number;
  readonly superuserUrl: string;
  readonly logFile: string;
  readonly template: string;
}

/** What a test file asks for. */
export interface SharedRequest {
  readonly version: 15 | 18;
  /** The stand-in that the databases have; none where absent. */
  readonly standIn?: StandInOptions;
}

/** Keeps one server of each version. */
export interface SharedServers {
  /** Starts the server on the first request, and makes each template once. */
  readonly get: (request: SharedRequest) => Promise<SharedServer | Skipped>;
  readonly stop: () => Promise<void>;
}

/** The role whose members, and they alone, must give a password. */
export const ASKED_FOR_PASSWORD = 'asked_for_password';

/**
 * Roles belong to the whole server, so all that the tests share are made once. A test that changes a role, or creates one,
 * uses a name of its own.
 */
const ROLES = `
  CREATE ROLE analyst LOGIN; CREATE ROLE lake_admin LOGIN; CREATE ROLE intruder LOGIN; CREATE ROLE "O'Brien ""x""" LOGIN;
  CREATE ROLE duckgroup; CREATE ROLE admin LOGIN IN ROLE duckgroup; CREATE ROLE plain_role LOGIN; CREATE ROLE nobody_special;
  CREATE ROLE ${ASKED_FOR_PASSWORD};`;

/** Enough for all workers at once. */
const SETTINGS = { max_connections: '200', shared_buffers: '128MB', autovacuum: 'off' };

/** Shares the servers of the process that calls it. */
export function shareServers(): SharedServers {
  const servers = new Map<number, Promise<RealPostgres | Skipped>>();
  const templates = new Map<string, Promise<string>>();

  const start = async (version: 15 | 18): Promise<RealPostgres | Skipped> => {
    const server = await startRealPostgres({
      version,
      settings: SETTINGS,
      rules: [`host all +${ASKED_FOR_PASSWORD} 127.0.0.1/32 scram-sha-256`],
    });
    if (!('skipped' in server)) await query(server.superuserUrl, ROLES);
    return server;
  };
  const template = async (server: RealPostgres, standIn: StandInOptions | undefined): Promise<string> => {
    const text = JSON.stringify(standIn ?? 'none');
    const name = `template_${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
    const url = await server.createDatabase(name);
    if (standIn !== undefined) await withClient(url, (client) => client.query(standInSql(standIn)));
    return name;
  };
  return {
    async get({ version, standIn }) {
      const started = servers.get(version) ?? start(version);
      servers.set(version, started);
      const server = await started;
      if ('skipped' in server) return server;
      const key = `${String(version)} ${JSON.stringify(standIn)}`;
      const made = templates.get(key) ?? template(server, standIn);
      templates.set(key, made);
      const { port, superuserUrl, logFile } = server;
      return { version, port, superuserUrl, logFile, template: await made };
    },
    async stop() {
      await Promise.all(
        [...servers.values()].map(async (started) => {
          const server = await started;
          if (!('skipped' in server)) await server.stop();
        }),
      );
    },
  };
}
