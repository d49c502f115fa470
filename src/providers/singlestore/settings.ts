import { problemError, type DiagnosticError, type Target } from '../../model/index.js';
import { acceptsAnyCertificate, httpTarget } from '../../net/host.js';
import type { ResolvedSettings, SessionContext } from '../sdk/index.js';

/** The names that the ecosystem's own clients use (management API contract). */
const ENV = {
  key: 'SINGLESTOREDB_MANAGEMENT_TOKEN',
  baseUrl: 'SINGLESTOREDB_MANAGEMENT_BASE_URL',
  organization: 'SINGLESTOREDB_ORGANIZATION',
} as const;

const DEFAULT_BASE_URL = 'https://api.singlestore.com';

/** What a connection needs. */
export interface Connection {
  /** The value of the `Authorization` header: sensitive. */
  readonly authorization: string;
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Host and port, for messages. */
  readonly host: string;
  readonly target: Target;
  readonly organization: string | undefined;
  /** The principal that the configuration names as `self`; in lower case. */
  readonly self: string | undefined;
  /** For tests: a shorter time limit, and shorter waits between tries (milliseconds). */
  readonly timeoutMs: number | undefined;
  readonly backoffMs: number | undefined;
}

/**
 * Takes the settings of one provider together with the environment; the configuration wins.
 * @throws DiagnosticError where the key is missing or malformed, or the URL is not one that a key may be sent to
 */
export function resolveConnection(settings: ResolvedSettings, env: SessionContext['env']): Connection {
  const key = apiKey(settings, env);
  const url = baseUrl(settings, env);
  return {
    authorization: `Bearer ${key}`,
    baseUrl: (url.origin + url.pathname).replace(/\/+$/, ''),
    host: url.host,
    target: httpTarget(url, acceptsAnyCertificate(env)),
    organization: fieldText(settings, 'organization') ?? nonEmpty(env[ENV.organization]),
    self: selfOf(settings),
    timeoutMs: milliseconds(env['SECRETS_HTTP_TIMEOUT_MS']),
    backoffMs: milliseconds(env['SECRETS_HTTP_BACKOFF_MS']),
  };
}

/** @throws DiagnosticError where it is not an e-mail address of a user */
function selfOf(settings: ResolvedSettings): string | undefined {
  const self = fieldText(settings, 'self')?.toLowerCase();
  if (self === undefined || /^user:[^\s@]+@[^\s@]+$/.test(self)) return self;
  throw problemError({
    code: 'bad-self',
    summary: `\`self\` of provider ${settings.name} is not a user.`,
    next: 'Write the user of the key that applies, by e-mail address: self: user:ci@example.com',
    at: settings.range,
  });
}

function apiKey(settings: ResolvedSettings, env: SessionContext['env']): string {
  const key = (fieldText(settings, 'api_key') ?? env[ENV.key] ?? '').trim();
  if (key === '') {
    throw problemError({
      code: 'missing-api-key',
      summary: `Provider ${settings.name} has no API key.`,
      next: `Make a key in the Cloud Portal and set ${ENV.key}, or name its source: api_key: { env: NAME }.`,
      at: settings.range,
    });
  }
  // What a header takes; Node's own error for others would print the key.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw problemError({
      code: 'malformed-api-key',
      summary: `The API key of provider ${settings.name} holds characters that no key has (spaces, line ends or letters beyond ASCII).`,
      next: 'Check where the key comes from: it must be the key alone.',
      at: settings.range,
    });
  }
  return key;
}

function baseUrl(settings: ResolvedSettings, env: SessionContext['env']): URL {
  const refused = (summary: string, next: string): DiagnosticError =>
    problemError({ code: 'bad-base-url', summary, next, at: settings.range });
  const given = fieldText(settings, 'base_url') ?? nonEmpty(env[ENV.baseUrl]) ?? DEFAULT_BASE_URL;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isPlainText = url?.protocol === 'http:' && isLoopback(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !isPlainText)) {
    throw refused(
      `The base_url of provider ${settings.name} is not an https URL.`,
      `Write it like ${DEFAULT_BASE_URL}; http is accepted only for this machine (127.0.0.1, localhost), since the key is sent along.`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw refused(
      `The base_url of provider ${settings.name} holds more than scheme, host, port and path.`,
      'Remove user, password, ? and # from it; the key goes into api_key.',
    );
  }
  return url;
}

function fieldText(settings: ResolvedSettings, name: string): string | undefined {
  const field = settings.fields[name];
  if (field?.kind === 'sensitive') return nonEmpty(field.value.reveal());
  return field?.kind === 'plain' && typeof field.value === 'string' ? nonEmpty(field.value) : undefined;
}

function nonEmpty(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function milliseconds(text: string | undefined): number | undefined {
  const number = Number(text);
  return text !== undefined && Number.isInteger(number) && number > 0 ? number : undefined;
}
