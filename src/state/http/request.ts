import { createHash } from 'node:crypto';
import type * as Http from 'node:http';
import type * as Https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiagnosticError, defined, errorCode } from '../../model/index.js';
import type { HttpSettings } from './settings.js';

/** One request. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  /** JSON. */
  readonly body?: string;
  /** How long it may take, in milliseconds; 30 seconds where absent. */
  readonly timeoutMs?: number;
}

/** What the server answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The server's clock, as whole seconds (in milliseconds); absent where it sends no `Date`. */
  readonly dateMs?: number;
  /** How long it wants to be left alone. */
  readonly retryAfterMs?: number;
  /** Where a redirect points, without user and query. */
  readonly location?: string;
}

/** No whole answer came: whether the request had its effect is not known. */
export interface NoAnswer {
  readonly status?: never;
  /** Why, in words, without any address or value. */
  readonly reason: string;
  /** Nothing would change by trying again: its certificate is not trusted, say. */
  readonly isHopeless: boolean;
  /** The request was not sent: no connection was made. */
  readonly isUnsent?: boolean;
}

/** What came of a request. */
export type Reply = Answer | NoAnswer;

/** The wire to one server. */
export interface HttpClient {
  /** Sends a request once. */
  once(call: Call): Promise<Reply>;
  /** Sends a request that may be repeated, until it has an answer that repeating would not change. */
  send(call: Call): Promise<Reply>;
  /**
   * Waits before another try.
   * @param tries how many there were
   * @returns whether there may be another one
   */
  mayRepeat(reply: Reply, tries: number): Promise<boolean>;
  /** Ends the connections. Never throws. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 30_000;
/** No state is larger; an answer without an end must not fill the memory. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Opens the wire to a server: kept-alive connections, TLS as the settings say, basic authentication. Redirects are not
 * followed: the credentials would go along.
 *
 * Repeating is as in Terraform (docs, http backend): what broke, 5xx (but 501) and 429, `retry_max` times, after waits that
 * double from `retry_wait_min` up to `retry_wait_max`. A `Retry-After` is honoured up to that longest wait.
 */
export function httpClient(settings: HttpSettings, timeoutMs = TIMEOUT_MS): HttpClient {
  let opened: Promise<Wire> | undefined;
  const once = async (call: Call): Promise<Reply> => {
    opened ??= openWire(settings);
    return exchange(await opened, { timeoutMs, ...call });
  };
  const mayRepeat = async (reply: Reply, tries: number): Promise<boolean> => {
    if (!isWorthRepeating(reply) || tries > settings.retryMax) return false;
    const wanted = settings.retryWaitMinMs * 2 ** (tries - 1);
    const asked = reply.status === undefined ? 0 : (reply.retryAfterMs ?? 0);
    await sleep(Math.min(Math.max(wanted, asked), settings.retryWaitMaxMs));
    return true;
  };
  return {
    once,
    mayRepeat,
    async send(call) {
      for (let tries = 1; ; tries += 1) {
        const reply = await once(call);
        if (!(await mayRepeat(reply, tries))) return reply;
      }
    },
    async close() {
      // What could not be opened has been told to whoever sent a request.
      const wire = await opened?.catch(() => undefined);
      wire?.agents['http:'].destroy();
      wire?.agents['https:'].destroy();
    },
  };
}

/** Whether the same request may get another answer the next time. */
export function isWorthRepeating(reply: Reply): boolean {
  if (reply.status === undefined) return !reply.isHopeless;
  return reply.status === 429 || (reply.status >= 500 && reply.status !== 501);
}

interface Wire {
  readonly http: typeof Http;
  readonly https: typeof Https;
  readonly agents: { readonly 'http:': Http.Agent; readonly 'https:': Http.Agent };
  /** The header of basic authentication. */
  readonly authorization: string | undefined;
}

/** Node's HTTP modules take their time to load: only who needs them pays for that. */
async function openWire(settings: HttpSettings): Promise<Wire> {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')]);
  const { credentials, skipCertVerification } = settings;
  const pem = await pemOf(settings);
  return {
    http,
    https,
    agents: {
      'http:': new http.Agent({ keepAlive: true }),
      'https:': new https.Agent({ keepAlive: true, rejectUnauthorized: !skipCertVerification, ...pem }),
    },
    authorization:
      credentials === undefined
        ? undefined
        : `Basic ${Buffer.from(`${credentials.username.reveal()}:${credentials.password.reveal()}`).toString('base64')}`,
  };
}

/** The certificates, looked at before any connection: Node's own errors for them name neither the setting nor the fault. */
async function pemOf({
  ca,
  certificate,
}: HttpSettings): Promise<{ ca?: string; cert?: string; key?: string }> {
  if (ca === undefined && certificate === undefined) return {};
  const [{ X509Certificate, createPrivateKey }, { createSecureContext }] = await Promise.all([
    import('node:crypto'),
    import('node:tls'),
  ]);
  const pem = {
    ...(ca === undefined ? {} : { ca: ca.reveal() }),
    ...(certificate === undefined ? {} : { cert: certificate.cert.reveal(), key: certificate.key.reveal() }),
  };
  const fits = (name: string, isWhole: () => unknown): void => {
    try {
      isWhole();
    } catch {
      throw new DiagnosticError([
        {
          severity: 'error',
          code: 'bad-state-backend',
          summary: `${name} of the state backend http cannot be used.`,
          next: 'It must be whole PEM text, from -----BEGIN to END-----, and key and certificate must belong together.',
        },
      ]);
    }
  };
  const { cert, key } = pem;
  if (pem.ca !== undefined) fits('client_ca_certificate_pem', () => new X509Certificate(pem.ca ?? ''));
  if (cert !== undefined) fits('client_certificate_pem', () => new X509Certificate(cert));
  if (key !== undefined) fits('client_private_key_pem', () => createPrivateKey(key));
  fits('client_private_key_pem', () => createSecureContext(pem));
  return pem;
}

/** One request and its whole answer. Never throws. */
function exchange(
  { http, https, agents, authorization }: Wire,
  call: Required<Pick<Call, 'timeoutMs'>> & Call,
): Promise<Reply> {
  const { method, url, body, timeoutMs } = call;
  const isTls = url.protocol === 'https:';
  const { request } = isTls ? https : http;
  return new Promise((done) => {
    const fail = (error: unknown): void => {
      done(noAnswer(error, timeoutMs));
    };
    const sent = request(url, {
      method,
      agent: agents[isTls ? 'https:' : 'http:'],
      headers: headersOf(body, authorization),
      signal: AbortSignal.timeout(timeoutMs),
    });
    sent.once('error', fail);
    sent.once('response', (answer) => {
      readBody(answer).then((text) => {
        done(typeof text === 'string' ? answerOf(answer, text, url) : text);
      }, fail);
    });
    // All at once, with its length: not every server takes a body in chunks.
    sent.end(body);
  });
}

/** As Terraform sends them: a body says that it is JSON, and has its MD5. */
function headersOf(body: string | undefined, authorization: string | undefined): Record<string, string> {
  return {
    ...defined({ Authorization: authorization }),
    ...(body === undefined
      ? {}
      : {
          'Content-Type': 'application/json',
          'Content-Length': String(Buffer.byteLength(body)),
          'Content-MD5': createHash('md5').update(body).digest('base64'),
        }),
  };
}

/** @throws where the connection breaks before its end */
async function readBody(answer: Http.IncomingMessage): Promise<string | NoAnswer> {
  const chunks: Buffer[] = [];
  const tooLarge: NoAnswer = { reason: 'its answer is too large to be a state', isHopeless: true };
  let size = Number(answer.headers['content-length'] ?? 0);
  if (size <= MAX_BYTES) {
    size = 0;
    for await (const chunk of answer) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > MAX_BYTES) break;
      chunks.push(bytes);
    }
  }
  if (size <= MAX_BYTES) return Buffer.concat(chunks).toString('utf8');
  answer.destroy();
  return tooLarge;
}

function answerOf({ statusCode = 0, headers }: Http.IncomingMessage, body: string, url: URL): Answer {
  const dateMs = Date.parse(headers.date ?? '');
  const after = headers['retry-after'];
  const seconds = Number(after);
  const retryAfterMs = Number.isNaN(seconds)
    ? Date.parse(after ?? '') - (Number.isNaN(dateMs) ? Date.now() : dateMs)
    : seconds * 1000;
  const { location } = headers;
  return {
    status: statusCode,
    body,
    ...(Number.isNaN(dateMs) ? {} : { dateMs }),
    ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
    ...(location !== undefined && URL.canParse(location, url.href)
      ? { location: shownAddress(new URL(location, url)) }
      : {}),
  };
}

/** An address as people may see it: without user, password and query, which can hold a token. */
export function shownAddress({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

const REASONS: Readonly<Partial<Record<string, string>>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke before the answer was whole',
  EPIPE: 'the connection broke',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name cannot be looked up at the moment',
  ETIMEDOUT: 'nobody answers there',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
};

/** Errors of connections that were never made. */
const UNSENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

function noAnswer(error: unknown, timeoutMs: number): NoAnswer {
  const code = errorCode(error) ?? 'unknown error';
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) {
    return { reason: `there was no answer within ${timeoutMs / 1000} s`, isHopeless: false };
  }
  if (code.startsWith('HPE_')) return { reason: `its answer is not HTTP (${code})`, isHopeless: false };
  if (/^ERR_(SSL|TLS)_|CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH|^EPROTO$/.test(code)) {
    return { reason: `TLS failed (${code})`, isHopeless: true, isUnsent: true };
  }
  const isUnsent = UNSENT.has(code);
  return { reason: `${REASONS[code] ?? 'the connection failed'} (${code})`, isHopeless: false, isUnsent };
}
