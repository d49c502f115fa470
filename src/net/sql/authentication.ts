import type { EventEmitter } from 'node:events';
import type pg from 'pg';
import { byStrength, protectedText, refuseSetting } from './entry.js';
import type { ConnectionTexts } from './entry.js';

/** How the server may make us log in. */
export interface AuthenticationSettings {
  /** The methods of `require_auth` that are accepted; absent: any. */
  readonly requireAuth?: readonly string[];
  /** Set where SCRAM must be bound to the TLS connection: nobody between us and the server can log in with it. */
  readonly bindsChannel?: boolean;
}

/** libpq's names (PostgreSQL docs, `require_auth`). */
const METHODS = ['password', 'md5', 'gss', 'sspi', 'scram-sha-256', 'oauth', 'none'];

/**
 * Reads `require_auth` and `channel_binding`.
 * @throws DiagnosticError for a method that does not exist, or where the configuration asks for less than its surroundings
 */
export function authenticationSettings(texts: ConnectionTexts): AuthenticationSettings {
  const text = protectedText(texts, { name: 'require_auth', variable: 'PGREQUIREAUTH' });
  const binding = protectedText(texts, {
    name: 'channel_binding',
    variable: 'PGCHANNELBINDING',
    isWeaker: byStrength(['disable', 'prefer', 'require']),
  });
  return {
    ...(text === undefined ? {} : { requireAuth: methodsOf(texts, text) }),
    ...(binding === 'require' ? { bindsChannel: true } : {}),
  };
}

/** A list of methods, or of methods with `!` before each, which are refused. */
function methodsOf({ entry }: ConnectionTexts, text: string): readonly string[] {
  const words = text.split(',').map((word) => word.trim());
  const refused = words.flatMap((word) => (word.startsWith('!') ? [word.slice(1)] : []));
  const isMixed = refused.length > 0 && refused.length < words.length;
  if (isMixed || words.some((word) => !METHODS.includes(word.replace(/^!/, '')))) {
    refuseSetting(
      entry,
      'require_auth is not a list of ways to log in',
      `Write some of ${METHODS.join(', ')}, or each with ! before it to refuse it.`,
    );
  }
  return refused.length > 0 ? METHODS.filter((method) => !refused.includes(method)) : words;
}

/** The server asks for a login that the settings do not accept. */
class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError';
}

/** The parts of the driver's client that its types do not show. */
interface ClientInside {
  readonly connection: EventEmitter & { readonly stream: object };
  password: unknown;
}

/**
 * Watches over a login: no password is sent in a way that the settings do not accept.
 * @returns to be called when the login is done
 */
export function watchLogin(client: pg.Client, settings: AuthenticationSettings): () => void {
  const { requireAuth, bindsChannel = false } = settings;
  if (requireAuth === undefined && !bindsChannel) return () => undefined;
  const inside = client as unknown as ClientInside;
  const { connection } = inside;
  let method = 'none';
  let isFinished = false;
  const problemOf = (asked: string): string | undefined => {
    if (requireAuth !== undefined && !requireAuth.includes(asked)) {
      return `the server asks for a login by ${asked}, and require_auth does not accept that`;
    }
    return bindsChannel && asked !== 'scram-sha-256' ? NOT_BOUND : undefined;
  };
  const asks = (asked: string, problem = problemOf(asked)): void => {
    method = asked;
    if (problem === undefined) return;
    // The driver asks for the password after this, and sends nothing where there is none.
    inside.password = () => {
      throw new AuthenticationError(problem);
    };
  };
  // Before the driver's own listeners.
  connection.prependListener('authenticationCleartextPassword', () => {
    asks('password');
  });
  connection.prependListener('authenticationMD5Password', () => {
    asks('md5');
  });
  connection.prependListener('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    const isBound = mechanisms.includes('SCRAM-SHA-256-PLUS') && 'getPeerCertificate' in connection.stream;
    asks('scram-sha-256', bindsChannel && !isBound ? NOT_BOUND : problemOf('scram-sha-256'));
  });
  connection.on('authenticationSASLFinal', () => {
    isFinished = true;
  });
  return () => {
    const problem =
      problemOf(method) ??
      (method === 'scram-sha-256' && !isFinished
        ? 'the server did not prove that it knows the login'
        : undefined);
    if (problem !== undefined) throw new AuthenticationError(problem);
  };
}

const NOT_BOUND = 'channel_binding is required, and the server does not offer SCRAM over TLS';
