import pg from 'pg';
import { DiagnosticError, defined } from '../../model/index.js';
import { watchLogin } from './authentication.js';
import { connectionProblem, isTlsMissing, isTlsRefusal, wrongSession } from './connection-errors.js';
import { guardPackets } from './guarded.js';
import type { Host } from './hosts.js';
import { passwordFromFile } from './pgpass.js';
import type { ConnectionSettings } from './settings.js';
import { roundsOf, suits } from './session-attrs.js';
import { tlsAttempts } from './tls.js';
import type { TlsAttempt } from './tls.js';

/** An open connection, and where it leads. */
export interface Connection {
  readonly client: pg.Client;
  readonly host: string;
  readonly port: number;
}

/**
 * Connects: host by host, and for each the ways that `sslmode` allows, until one is what `target_session_attrs` asks for.
 * @throws UnreachableError where nothing answers, or nothing of that kind; DiagnosticError where it answers and refuses.
 */
export async function connect(settings: ConnectionSettings): Promise<Connection> {
  const hosts = settings.isBalanced === true ? shuffled(settings.hosts) : settings.hosts;
  let last: Error | undefined;
  for (const wanted of roundsOf(settings.sessionAttrs ?? 'any')) {
    for (const place of hosts) {
      const { host, port } = place;
      let client: pg.Client | undefined;
      try {
        client = await connectTo(settings, place);
        if (await suits(client, wanted, settings.connectTimeoutMs)) return { client, host, port };
        throw wrongSession(place, wanted);
      } catch (error) {
        if (client !== undefined) await endClient(client);
        const problem = connectionProblem(error, settings, place);
        // What a server refuses says more than that another one is not reached.
        if (!(last instanceof DiagnosticError)) last = problem;
      }
    }
  }
  throw last ?? new Error('a connection needs a host');
}

function shuffled(hosts: readonly Host[]): readonly Host[] {
  return hosts
    .map((host) => ({ host, order: Math.random() }))
    .sort((left, right) => left.order - right.order)
    .map(({ host }) => host);
}

async function connectTo(settings: ConnectionSettings, place: Host): Promise<pg.Client> {
  const { host, port } = place;
  const key = { host, port, database: settings.database, user: settings.user };
  const password = settings.password ?? (await passwordFromFile(settings.passwordFile, key));
  const attempts = await tlsAttempts(settings, place);
  let first: unknown;
  for (const [index, tls] of attempts.entries()) {
    try {
      return await connectOnce(settings, place, password, tls);
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
  { host, port, address }: Host,
  password: string | undefined,
  tls: TlsAttempt,
): Promise<pg.Client> {
  const client = new pg.Client({
    host: address ?? host,
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
    enableChannelBinding: settings.bindsChannel === true,
    ...defined({
      options: settings.options,
      sslnegotiation: settings.sslIsDirect === true ? ('direct' as const) : undefined,
    }),
  });
  guardPackets(client);
  const checkLogin = watchLogin(client, settings);
  // A connection that breaks while it is idle is noticed by the next query; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    checkLogin();
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
  const isEnded = await Promise.race([
    client.end().then(
      () => true,
      () => true,
    ),
    patience,
  ]);
  clearTimeout(timer);
  // The other side may never close it.
  if (isEnded !== true) streamOf(client).destroy();
}

/** The socket of a client, which the driver's types do not have. */
function streamOf(client: pg.Client): { destroy: () => void } {
  return (client as unknown as { readonly connection: { readonly stream: { destroy: () => void } } })
    .connection.stream;
}
