import { DiagnosticError, type Diagnostic } from '../../model/index.js';
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
  readonly organization: string | undefined;
  /** For tests: a shorter time limit, and shorter waits between tries (milliseconds). */
  readonly timeoutMs: number | undefined;
  readonly backoffMs: number | undefined;
}

/**
 * Takes the settings of one provider together with the environment; what stands in the configuration wins.
 * @throws DiagnosticError where the key is missing or malformed, or the address is none that a key may be sent to
 */
export function resolveConnection(settings: ResolvedSettings, env: SessionContext['env']): Connection {
  const refuse = (code: string, summary: string, next: string): DiagnosticError => {
    const at = settings.range === undefined ? {} : { range: settings.range };
    const diagnostic: Diagnostic = { severity: 'error', code, summary, next, ...at };
    return new DiagnosticError([diagnostic]);
  };
  const key = (fieldText(settings, 'api_key') ?? env[ENV.key] ?? '').trim();
  if (key === '') {
    throw refuse(
      'missing-api-key',
      `Provider ${settings.name} has no API key.`,
      `Make a key in the Cloud Portal and set ${ENV.key}, or name its source: api_key: { env: NAME }.`,
    );
  }
  // What a header takes; Node's own error for others would print the key.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw refuse(
      'malformed-api-key',
      `The API key of provider ${settings.name} holds characters that no key has (spaces, line ends or letters beyond ASCII).`,
      'Check where the key comes from: it must be the key alone.',
    );
  }
  const given = fieldText(settings, 'base_url') ?? nonEmpty(env[ENV.baseUrl]) ?? DEFAULT_BASE_URL;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const plainText = url?.protocol === 'http:' && isLoopback(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !plainText)) {
    throw refuse(
      'bad-base-url',
      `The base_url of provider ${settings.name} is not an https address.`,
      `Write it like ${DEFAULT_BASE_URL}; http is only taken for this machine (127.0.0.1, localhost), since the key goes along.`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw refuse(
      'bad-base-url',
      `The base_url of provider ${settings.name} holds more than scheme, host, port and path.`,
      'Take user, password, ? and # out of it; the key goes into api_key.',
    );
  }
  return {
    authorization: `Bearer ${key}`,
    baseUrl: (url.origin + url.pathname).replace(/\/+$/, ''),
    host: url.host,
    organization: fieldText(settings, 'organization') ?? nonEmpty(env[ENV.organization]),
    timeoutMs: milliseconds(env['SECRETS_HTTP_TIMEOUT_MS']),
    backoffMs: milliseconds(env['SECRETS_HTTP_BACKOFF_MS']),
  };
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
