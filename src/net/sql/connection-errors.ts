import { DiagnosticError } from '../../model/index.js';
import { UnreachableError } from '../../providers/sdk/index.js';
import { nodeCode, sqlState, messageOf } from './errors.js';
import type { ConnectionSettings } from './settings.js';

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

/** What a person needs to hear about a failed connection. No password is in it, nor the URL. */
export function connectionProblem(
  error: unknown,
  settings: ConnectionSettings,
  host: string,
  port: number,
): UnreachableError | DiagnosticError {
  if (error instanceof UnreachableError || error instanceof DiagnosticError) return error;
  const where = host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`;
  const refuse = (code: string, summary: string, next: string): DiagnosticError =>
    new DiagnosticError([{ severity: 'error', code, summary, next }]);
  const who = `role ${JSON.stringify(settings.user)}`;
  const message = messageOf(error);
  const name = error instanceof Error ? error.name : '';
  if (name === 'NoPasswordError') {
    return refuse(
      'postgres-no-password',
      `PostgreSQL at ${where} asks for a password of ${who}, and there is none.`,
      'Give it by "password: { env: NAME }", in the url, as PGPASSWORD, or in a .pgpass file that only you can read.',
    );
  }
  if (name === 'TlsFileError') {
    return refuse('postgres-tls', `No TLS to PostgreSQL at ${where}: ${message}.`, 'Correct the setting.');
  }
  if (isTlsMissing(error)) {
    return refuse(
      'postgres-tls-unsupported',
      `PostgreSQL at ${where} has no TLS, and sslmode is ${settings.sslMode}.`,
      'Turn TLS on in the server (ssl = on), or use "sslmode: prefer" where the network is trusted.',
    );
  }
  const known = stateProblem(error, settings, where, refuse);
  if (known !== undefined) return known;
  const code = nodeCode(error) ?? '';
  if (isCertificateCode(code)) {
    return refuse(
      'postgres-certificate',
      `The certificate of PostgreSQL at ${where} is not accepted (${code}).`,
      'Set sslrootcert to the file of the authority that signed it, and use the name that stands in the certificate.',
    );
  }
  return unreachable(code, message, where);
}

function stateProblem(
  error: unknown,
  settings: ConnectionSettings,
  where: string,
  refuse: (code: string, summary: string, next: string) => DiagnosticError,
): UnreachableError | DiagnosticError | undefined {
  const who = `role ${JSON.stringify(settings.user)}`;
  const database = JSON.stringify(settings.database);
  const message = messageOf(error);
  switch (sqlState(error)) {
    case '28P01':
      return refuse(
        'postgres-password',
        `PostgreSQL at ${where} refuses the password of ${who}.`,
        'Check the password and the role; a role that does not exist is refused with the same words.',
      );
    case '28000':
      if (/role .* does not exist/.test(message)) {
        return refuse(
          'postgres-no-role',
          `PostgreSQL at ${where} has no ${who}.`,
          'Check "user", or create the role.',
        );
      }
      if (/not permitted to log in/.test(message)) {
        return refuse(
          'postgres-no-login',
          `The ${who} may not log in to PostgreSQL at ${where}.`,
          `Use another role, or let a superuser run ALTER ROLE … LOGIN.`,
        );
      }
      return refuse(
        settings.sslMode === 'disable' ? 'postgres-tls-required' : 'postgres-refused',
        `PostgreSQL at ${where} does not let ${who} into database ${database} from here (pg_hba.conf).`,
        settings.sslMode === 'disable'
          ? 'TLS may be required: use "sslmode: require" or stronger, or add a line to pg_hba.conf.'
          : 'Add a line for it to pg_hba.conf, or connect as another role or from another address.',
      );
    case '3D000':
      return refuse(
        'postgres-no-database',
        `PostgreSQL at ${where} has no database ${database}.`,
        'Check "database" (the last part of the url), or create it.',
      );
    case '42501':
      return refuse(
        'postgres-no-connect',
        `The ${who} may not connect to database ${database} at ${where}.`,
        'GRANT CONNECT ON DATABASE to it.',
      );
    case '53300':
      return new UnreachableError(
        `PostgreSQL at ${where} has no connection left`,
        'Try again later, or raise max_connections (or the limit of the role or database).',
      );
    case '57P03':
      return new UnreachableError(
        `PostgreSQL at ${where} is starting up or shutting down`,
        'Try again shortly.',
      );
    case undefined:
      return undefined;
    default:
      return new UnreachableError(
        `PostgreSQL at ${where} refuses the connection (${sqlState(error) ?? ''}): ${message}`,
      );
  }
}

function isCertificateCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/.test(code);
}

function unreachable(code: string, message: string, where: string): UnreachableError {
  const next = 'Check host and port, that the server runs, and the network between.';
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return new UnreachableError(`Nothing listens at ${where} (${code})`, next);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new UnreachableError(`The host of ${where} is not known (${code})`, next);
    case 'ECONNRESET':
    case 'EPIPE':
      return new UnreachableError(`PostgreSQL at ${where} closed the connection (${code})`, next);
    default:
      return new UnreachableError(
        /timeout/i.test(message) || code === 'ETIMEDOUT'
          ? `PostgreSQL at ${where} did not answer in time`
          : `PostgreSQL at ${where} cannot be reached${code === '' ? '' : ` (${code})`}: ${message}`,
        next,
      );
  }
}
