import { defined } from '../model/index.js';
import { HttpError, type HttpErrorFacts, type HttpFailure } from './http-error.js';
import type { TransportFailure, TransportFailureKind } from './transport.js';

/** What of a request stands in an error. */
interface Sent {
  readonly method: string;
  readonly path: string;
}

const FAILURES: Readonly<Record<TransportFailureKind, HttpFailure>> = {
  unresolved: 'unresolved',
  unconnected: 'unconnected',
  certificate: 'untrusted',
  tls: 'untrusted',
  proxy: 'proxy',
  reset: 'reset',
  timeout: 'timeout',
  'not-http': 'not-http',
  'too-large': 'too-large',
  aborted: 'timeout',
};

/** An error's body may be too large as well: then its status is what counts. */
export function transportError(request: Sent, { kind, words, next, status }: TransportFailure): HttpError {
  if (kind === 'too-large' && status !== undefined && status >= 300) {
    return failed(request, status < 400 ? 'redirect' : 'status', { status });
  }
  return failed(request, FAILURES[kind], { words, next, ...defined({ status }) });
}

/** The error for a request. */
export function failed(request: Sent, failure: HttpFailure, more: Partial<HttpErrorFacts>): HttpError {
  return new HttpError({ ...more, failure, method: request.method, path: request.path });
}

/** Every string that a request sends, but for the words of its path. */
export function sentBy(
  { path, body }: Sent & { readonly body?: unknown },
  { baseUrl, headers }: { readonly baseUrl: string; readonly headers: Readonly<Record<string, string>> },
): readonly string[] {
  const { pathname, searchParams } = new URL(baseUrl + path);
  const credentials = Object.values(headers).flatMap((text) => [text, text.replace(/^\S+ /, '')]);
  const segments = pathname.split('/').filter((segment) => !/^(v\d+|[A-Za-z]*)$/.test(segment));
  return [...credentials, ...segments, ...searchParams.values(), ...stringsIn(body)];
}

/** The strings in plain data, at any depth; keys are words of the API. */
function stringsIn(data: unknown): readonly string[] {
  if (typeof data === 'string') return [data];
  if (typeof data !== 'object' || data === null) return [];
  return Object.values(data).flatMap(stringsIn);
}
