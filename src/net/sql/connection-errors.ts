import { DiagnosticError, own, problemError, recognisedSentence } from '../../model/index.js';
import { networkError } from '../network-errors.js';
import { UnreachableError } from '../unreachable.js';
import { nodeCode, sqlState, messageOf } from './errors.js';
import type { Host } from './hosts.js';
import type { ConnectionSettings } from './settings.js';
import { sqlStateWords } from './sql-states.js';

const NO_TLS = 'The server does not support SSL connections';

/** Whether the server has no TLS to offer. */
export function isTlsMissing(error: unknown): boolean {
  const message = messageOf(error);
  return message === NO_TLS || message.includes('establishing an SSL connection');
}

/** Whether a failed attempt may be tried again the other way (with or without TLS), as libpq does for `allow` and `prefer`. */
export function isTlsRefusal(error: unknown): boolean {
  return isTlsMissing(error) || sqlState(error) === '28000' || /^ERR_(SSL|TLS)/.test(nodeCode(error) ?? '');
}

/** Where a connection was tried, and as whom: for messages. */
interface Attempt {
  readonly settings: ConnectionSettings;
  /** `host:port`, or the path of the socket. */
  readonly where: string;
  /** `role "app"`. */
  readonly role: string;
  readonly database: string;
}

type Refusal = UnreachableError | DiagnosticError;

/**
 * Explains a failed connection. Holds neither the password nor the URL.
 * @returns UnreachableError where the server may answer later, DiagnosticError where it refuses
 */
export function connectionProblem(error: unknown, settings: ConnectionSettings, host: Host): Refusal {
  if (error instanceof UnreachableError || error instanceof DiagnosticError) return error;
  const attempt: Attempt = {
    settings,
    where: whereOf(host),
    role: `role ${JSON.stringify(settings.user)}`,
    database: JSON.stringify(settings.database),
  };
  return setupProblem(error, attempt) ?? stateProblem(error, attempt) ?? networkProblem(error, attempt);
}

/** The server answers, and is not of the kind that `target_session_attrs` asks for. */
export function wrongSession(host: Host, wanted: string): UnreachableError {
  return new UnreachableError(
    `PostgreSQL at ${whereOf(host)} is not what target_session_attrs=${wanted} asks for`,
    'Name all servers of the cluster as hosts, and check which of them accept writes.',
  );
}

/** A server for messages: with the address that is dialled, where that is not the name's own. */
function whereOf({ host, port, address }: Host): string {
  if (address !== undefined) return `${host}:${port} (${address})`;
  return host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`;
}

/** What went wrong before the server had a say about the login. */
function setupProblem(error: unknown, { settings, where, role }: Attempt): Refusal | undefined {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NoPasswordError') {
    return problemError({
      code: 'postgres-no-password',
      summary: `PostgreSQL at ${where} asks for a password of ${role}, and none is set.`,
      next: 'Give it by "password: { env: NAME }", in the url, as PGPASSWORD, or in a .pgpass file that only you can read.',
    });
  }
  if (name === 'TlsFileError') {
    return problemError({
      code: 'postgres-tls',
      summary: `No TLS to PostgreSQL at ${where}: ${messageOf(error)}.`,
      next: 'Correct the setting.',
    });
  }
  if (name === 'AuthenticationError') {
    return problemError({
      code: 'postgres-authentication',
      summary: `No login to PostgreSQL at ${where}: ${messageOf(error)}.`,
      next: 'Check that this is the right server; if it is, change require_auth or channel_binding.',
    });
  }
  if (LOGIN_FAILURE.test(messageOf(error))) {
    return problemError({
      code: 'postgres-authentication',
      summary: `No login to PostgreSQL at ${where} as ${role}: ${loginWords(messageOf(error))}.`,
      next: 'Check that this is the right server, that the password is set and right, and how pg_hba.conf lets the role log in.',
    });
  }
  if (!isTlsMissing(error)) return undefined;
  return problemError({
    code: 'postgres-tls-unsupported',
    summary: `PostgreSQL at ${where} has no TLS, and sslmode is ${settings.sslMode}.`,
    next: 'Turn TLS on in the server (ssl = on), or use "sslmode: prefer" where the network is trusted.',
  });
}

/** How the driver begins where a login fails that the server did not refuse with an SQLSTATE: it will fail each time. */
const LOGIN_FAILURE = /^(SASL: |Unknown authenticationOk message type )/;

/** The driver's words of a failed login, without what the server sent. */
function loginWords(message: string): string {
  const [, code] = /^Unknown authenticationOk message type (\d+)$/.exec(message) ?? [];
  if (code !== undefined) return `the server asks for a way to log in that is not supported (type ${code})`;
  return message.replace(/^SASL: (SCRAM-SERVER-(FIRST|FINAL)-MESSAGE: )?/, 'SCRAM: ').replace(/: ".*"$/s, '');
}

/** What the server answers, by its SQLSTATE (PostgreSQL docs, appendix A). */
const STATES: Readonly<Record<string, (attempt: Attempt, message: string) => Refusal>> = {
  '28P01': ({ where, role }) =>
    problemError({
      code: 'postgres-password',
      summary: `PostgreSQL at ${where} refuses the password of ${role}.`,
      next: 'Check the password and the role; a role that does not exist is refused with the same words.',
    }),
  '28000': authorizationProblem,
  '3D000': ({ where, database }) =>
    problemError({
      code: 'postgres-no-database',
      summary: `PostgreSQL at ${where} has no database ${database}.`,
      next: 'Check "database" (the last part of the url), or create it.',
    }),
  '42501': ({ where, role, database }) =>
    problemError({
      code: 'postgres-no-connect',
      summary: `The ${role} may not connect to database ${database} at ${where}.`,
      next: 'GRANT CONNECT ON DATABASE to it.',
    }),
  '53300': ({ where }) =>
    new UnreachableError(`PostgreSQL at ${where} has no connection left`, sqlStateWords('53300').next),
  '57P03': ({ where }) =>
    new UnreachableError(`PostgreSQL at ${where} is starting up or shutting down`, 'Try again shortly.'),
};

function stateProblem(error: unknown, attempt: Attempt): Refusal | undefined {
  const state = sqlState(error);
  if (state === undefined) return undefined;
  const message = messageOf(error);
  const known = own(STATES, state)?.(attempt, message);
  if (known !== undefined) return known;
  const summary = `PostgreSQL at ${attempt.where} refuses the connection (${state}): ${recognisedSentence(message) ?? 'no reason given'}`;
  const { remedy, next = 'Check the log of the server.' } = sqlStateWords(state, message);
  return remedy === 'change'
    ? problemError({ code: 'postgres-refused', summary: `${summary}.`, next })
    : new UnreachableError(summary, next);
}

function authorizationProblem({ settings, where, role, database }: Attempt, message: string): Refusal {
  if (/role .* does not exist/.test(message)) {
    return problemError({
      code: 'postgres-no-role',
      summary: `PostgreSQL at ${where} has no ${role}.`,
      next: 'Check "user", or create the role.',
    });
  }
  if (/not permitted to log in/.test(message)) {
    return problemError({
      code: 'postgres-no-login',
      summary: `The ${role} may not log in to PostgreSQL at ${where}.`,
      next: 'Use another role, or let a superuser run ALTER ROLE … LOGIN.',
    });
  }
  const isOpen = settings.sslMode === 'disable';
  return problemError({
    code: isOpen ? 'postgres-tls-required' : 'postgres-refused',
    summary: `PostgreSQL at ${where} does not let ${role} into database ${database} from here (pg_hba.conf).`,
    next: isOpen
      ? 'TLS may be required: use "sslmode: require" or stronger, or add a line to pg_hba.conf.'
      : 'Add a line for it to pg_hba.conf, or connect as another role or from another address.',
  });
}

/** No login was reached: the network, or TLS. */
function networkProblem(error: unknown, { where }: Attempt): Refusal {
  const known = networkError(error);
  if (known?.code.startsWith('ERR_OSSL_') === true) {
    return problemError({
      code: 'postgres-tls',
      summary: `No TLS to PostgreSQL at ${where}: ${known.words}.`,
      next: 'Check that sslcert and sslkey are whole PEM files that belong together, sslpassword for an encrypted key, and sslrootcert and sslcrl.',
    });
  }
  if (known?.kind === 'certificate' || known?.kind === 'tls') {
    return problemError({
      code: 'postgres-certificate',
      summary: `The certificate of PostgreSQL at ${where} is not accepted: ${known.words}.`,
      next: 'Set sslrootcert to the file of the authority that signed it, and use a host name that is in the certificate.',
    });
  }
  const next = 'Check host and port, that the server is running, and the network.';
  const code = nodeCode(error);
  const message = messageOf(error);
  // The driver's own timeout has no code.
  const words =
    known?.words ??
    (code === 'ENOENT'
      ? 'no such socket (ENOENT)'
      : /timeout/i.test(message)
        ? 'connection timed out'
        : `${message}${code === undefined ? '' : ` (${code})`}`);
  return new UnreachableError(`Cannot connect to PostgreSQL at ${where}: ${words}`, next);
}
