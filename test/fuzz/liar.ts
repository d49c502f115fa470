import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Edit } from './mutate.js';

/** A server that passes requests on, and spoils an answer. */
export interface Liar {
  readonly url: string;
  /** Spoils one of the next answers: `number` says which, and what of it. */
  readonly spoil: (number: number, edit: Edit) => void;
  readonly close: () => Promise<void>;
}

/** A run has about that many requests; an answer beyond the last is never spoiled. */
const ANSWERS = 8;

const STATUSES = [200, 201, 204, 301, 304, 400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503, 504, 599];

const HEADERS: readonly (readonly [string, string])[] = [
  ['Date', 'Sat, 31 Feb 2026 99:99:99 GMT'],
  ['Date', ''],
  ['Content-Type', 'text/html'],
  ['Content-Type', 'application/json; charset=utf-16'],
  ['Content-Encoding', 'gzip'],
  ['Retry-After', '0'],
  ['Retry-After', '-1'],
  ['Retry-After', 'never'],
  ['Location', 'http://127.0.0.1:1/'],
];

/**
 * Starts such a server in front of another.
 * @param target the other's URL, without a slash at its end
 */
export async function startLiar(target: string): Promise<Liar> {
  let seen = 0;
  let next: { readonly number: number; readonly edit: Edit } | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, body } = await passOn(target, request);
    const mine = next !== undefined && seen++ === next.number % ANSWERS ? next : undefined;
    const headers: Record<string, string> = { 'Content-Type': 'application/json' };
    if (mine === undefined) return void response.writeHead(status, headers).end(body);
    const what = Math.floor(mine.number / ANSWERS);
    const [name, value] = what % 5 === 1 ? (HEADERS[what % HEADERS.length] ?? ['', '']) : ['', ''];
    if (name !== '') headers[name] = value;
    const spoiled = what % 5 === 2 ? (STATUSES[what % STATUSES.length] ?? status) : status;
    response.writeHead(spoiled, headers).end(what % 5 === 1 ? body : mine.edit(body));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    spoil: (number, edit) => {
      seen = 0;
      next = { number, edit };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

async function passOn(
  target: string,
  request: IncomingMessage,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = await fetch(target + (request.url ?? ''), {
    method: request.method ?? 'GET',
    headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
    ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
  });
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
}
