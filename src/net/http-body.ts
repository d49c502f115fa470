import { isHtml, parseJson } from './http-answer.js';
import type { HttpError } from './http-error.js';
import { failed } from './http-failure.js';
import type { AnswerHead, ListFailure } from './http-list.js';
import type { TransportResponse } from './transport.js';

/** A good response (status 2xx). */
export interface HttpAnswer extends AnswerHead {
  /** The JSON, parsed; `undefined` for an empty body. */
  readonly body: unknown;
}

/** The error for a body that is not a list. */
export function listError(
  head: AnswerHead,
  failure: ListFailure,
  { start, key, maxBytes }: { start: Buffer | undefined; key: string; maxBytes: number },
): HttpError {
  const { status } = head;
  if (failure === 'shape') return failed(head, 'shape', { status, where: key });
  if (failure === 'too-large') {
    const words = `an item larger than ${Math.floor(maxBytes / 1024 / 1024)} MB`;
    return failed(head, 'too-large', { status, words });
  }
  const isPage = start !== undefined && isHtml({ headers: {}, bytes: start });
  return failed(head, 'not-json', { status, text: isPage ? 'an HTML page' : 'not JSON' });
}

/** A response's body as JSON. @throws HttpError where it is not */
export function takeJson(
  request: { readonly method: string; readonly path: string },
  response: TransportResponse,
): HttpAnswer {
  const { status } = response;
  const parsed = parseJson(response.bytes);
  if (!parsed.ok) {
    throw failed(request, 'not-json', { status, text: isHtml(response) ? 'an HTML page' : 'not JSON' });
  }
  return { method: request.method, path: request.path, status, body: parsed.body };
}
