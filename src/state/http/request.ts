import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defined, problemError } from '../../model/index.js';
import type { Environment } from '../../model/index.js';
import type { TlsOptions } from '../../net/connect.js';
import { parseRetryAfter } from '../../net/retry.js';
import { createTransport } from '../../net/transport.js';
import type {
  Transport,
  TransportFailure,
  TransportFailureKind,
  TransportResponse,
} from '../../net/transport.js';
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
  /** The media type of the body, where the server tells. */
  readonly mediaType?: string;
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
  readonly kind: TransportFailureKind;
  /** Why, as a phrase without any address or value. */
  readonly reason: string;
  /** What to do about it. */
  readonly next: string;
  /** Trying again would change nothing: its certificate is not accepted, say. */
  readonly isHopeless: boolean;
  /** The request was not sent: no connection was made. */
  readonly isUnsent: boolean;
}

/** What came of a request. */
export type Reply = Answer | NoAnswer;

/** A client for one server. */
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

/** What a client is made with. */
export interface HttpClientOptions {
  readonly settings: HttpSettings;
  /** The run's environment: the variables of proxies count. */
  readonly env: Environment;
  readonly now: () => Date;
  /** How long one request may take, in milliseconds; 30 seconds where absent. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
/** No state is larger; a response without an end must not fill the memory. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Makes a client: TLS as the settings say, basic authentication. Redirects are not followed: the credentials would go along.
 *
 * Repeating is as in Terraform (docs, http backend): no answer, 5xx (but 501) and 429, `retry_max` times, after waits that
 * double from `retry_wait_min` up to `retry_wait_max`. A `Retry-After` is honoured up to that longest wait.
 */
export function httpClient(options: HttpClientOptions): HttpClient {
  const { settings, env, now, timeoutMs = TIMEOUT_MS } = options;
  let opened: Promise<Transport> | undefined;
  const authorization = authorizationOf(settings);
  const once = async (call: Call): Promise<Reply> => {
    opened ??= tlsOf(settings).then((tls) => createTransport({ env, tls }));
    const transport = await opened;
    const { method, url, body } = call;
    const result = await transport.send({
      method,
      url,
      headers: headersOf(body, authorization),
      ...defined({ body }),
      timeoutMs: call.timeoutMs ?? timeoutMs,
      maxBytes: MAX_BYTES,
    });
    return result.ok ? answerOf(result, url, now) : noAnswer(result);
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
      // Where it could not be opened, the first request has said so.
      const transport = await opened?.catch(() => undefined);
      await transport?.close();
    },
  };
}

/** Whether the same request may get another answer the next time. */
export function isWorthRepeating(reply: Reply): boolean {
  if (reply.status === undefined) return !reply.isHopeless;
  return reply.status === 429 || (reply.status >= 500 && reply.status !== 501);
}

/** Whether a server says that it did what was asked. */
export function isDone({ status }: Reply): boolean {
  return status === 200 || status === 201 || status === 204;
}

/** Whether an answer is a page for people, of a proxy or a sign-in in between: whatever its status, the server was not reached. */
export function isPage({ body, mediaType }: Answer): boolean {
  return (
    mediaType === 'text/html' || mediaType === 'application/xhtml+xml' || /^\s*<(!doctype|html)\b/i.test(body)
  );
}

/** The header of basic authentication. */
function authorizationOf({ credentials }: HttpSettings): string | undefined {
  if (credentials === undefined) return undefined;
  const login = `${credentials.username.reveal()}:${credentials.password.reveal()}`;
  return `Basic ${Buffer.from(login).toString('base64')}`;
}

/** @throws DiagnosticError where a certificate or key cannot be used: Node's own errors name neither the setting nor the fault */
async function tlsOf({ ca, certificate, skipCertVerification }: HttpSettings): Promise<TlsOptions> {
  const pem = defined({
    ca: ca?.reveal(),
    cert: certificate?.cert.reveal(),
    key: certificate?.key.reveal(),
  });
  if (ca !== undefined || certificate !== undefined) await checkPem(pem);
  return skipCertVerification ? { ...pem, rejectUnauthorized: false } : pem;
}

async function checkPem(pem: {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}): Promise<void> {
  const [{ X509Certificate, createPrivateKey }, { createSecureContext }] = await Promise.all([
    import('node:crypto'),
    import('node:tls'),
  ]);
  const check = (name: string, parse: () => unknown): void => {
    try {
      parse();
    } catch {
      throw problemError({
        code: 'bad-state-backend',
        summary: `${name} of the state backend http cannot be used.`,
        next: 'It must be whole PEM text, from -----BEGIN to END-----, and key and certificate must belong together.',
      });
    }
  };
  const { ca, cert, key } = pem;
  if (ca !== undefined) check('client_ca_certificate_pem', () => new X509Certificate(ca));
  if (cert !== undefined) check('client_certificate_pem', () => new X509Certificate(cert));
  if (key !== undefined) check('client_private_key_pem', () => createPrivateKey(key));
  check('client_private_key_pem', () => createSecureContext(pem));
}

/** As Terraform sends them: a body says that it is JSON, and has its MD5. */
function headersOf(body: string | undefined, authorization: string | undefined): Record<string, string> {
  return {
    ...defined({ Authorization: authorization }),
    ...(body === undefined
      ? {}
      : {
          'Content-Type': 'application/json',
          'Content-MD5': createHash('md5').update(body).digest('base64'),
        }),
  };
}

function answerOf({ status, headers, bytes }: TransportResponse, url: URL, now: () => Date): Answer {
  const date = Date.parse(headers['date'] ?? '');
  const dateMs = Number.isNaN(date) ? undefined : date;
  const { location } = headers;
  const target =
    location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  return {
    status,
    body: bytes.toString('utf8'),
    ...defined({
      dateMs,
      mediaType: headers['content-type']?.split(';')[0]?.trim().toLowerCase(),
      retryAfterMs: parseRetryAfter(headers['retry-after'], dateMs ?? now().getTime()),
      location: target && shownAddress(target),
    }),
  };
}

/** An address as people may see it: without user, password and query, which can hold a token. */
export function shownAddress({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

const HOPELESS: readonly TransportFailureKind[] = ['certificate', 'tls', 'too-large'];

const UNSENT: readonly TransportFailureKind[] = ['unresolved', 'unconnected', 'certificate', 'tls', 'proxy'];

function noAnswer({ kind, words, next }: TransportFailure): NoAnswer {
  return {
    kind,
    reason: words,
    next,
    isHopeless: HOPELESS.includes(kind),
    isUnsent: UNSENT.includes(kind),
  };
}
