import pg from 'pg';
import { connectionProblem, isTlsMissing, isTlsRefusal } from './connection-errors.js';
import { passwordFromFile } from './pgpass.js';
import type { ConnectionSettings } from './settings.js';
import { tlsAttempts } from './tls.js';
import type { TlsAttempt } from './tls.js';

/** An open connection, and where it leads. */
export interface Connection {
  readonly client: pg.Client;
  readonly host: string;
  readonly port: number;
}

/**
 * Connects: host by host, and for each the ways that `sslmode` allows.
 * @throws UnreachableError where nothing answers; DiagnosticError where it answers and refuses.
 */
export async function connect(settings: ConnectionSettings): Promise<Connection> {
  let last: unknown;
  for (const { host, port } of settings.hosts) {
    try {
      return { client: await connectTo(settings, host, port), host, port };
    } catch (error) {
      last = connectionProblem(error, settings, host, port);
    }
  }
  throw last;
}

async function connectTo(settings: ConnectionSettings, host: string, port: number): Promise<pg.Client> {
  const key = { host, port, database: settings.database, user: settings.user };
  const password = settings.password ?? (await passwordFromFile(settings.passwordFile, key));
  const attempts = await tlsAttempts(settings, host);
  let first: unknown;
  for (const [index, tls] of attempts.entries()) {
    try {
      return await connectOnce(settings, host, port, password, tls);
    } catch (error) {
      first ??= error;
      if (!isTlsRefusal(error)) throw error;
      // The server's refusal matters more than that it does not offer the other way.
      if (index + 1 === attempts.length) throw isTlsMissing(error) ? first : error;
    }
  }
  throw first;
}

/** Thrown by the driver's callback when the server asks for a password and there is none. */
class NoPasswordError extends Error {
  override readonly name = 'NoPasswordError';
}

async function connectOnce(
  settings: ConnectionSettings,
  host: string,
  port: number,
  password: string | undefined,
  tls: TlsAttempt,
): Promise<pg.Client> {
  const client = new pg.Client({
    host,
    port,
    database: settings.database,
    user: settings.user,
    password:
      password ??
      (() => {
        throw new NoPasswordError('the server asks for a password, and none is set');
      }),
    ssl: tls,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    keepAlive: true,
    application_name: 'secrets',
  });
  // A connection that breaks while it is idle is noticed by the next query; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await endClient(client);
    throw error;
  }
}

/** Ends a connection; gives up waiting for the other side after two seconds. Never throws. */
export async function endClient(client: pg.Client): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 2000);
  });
  await Promise.race([client.end().catch(() => undefined), patience]);
  clearTimeout(timer);
}
