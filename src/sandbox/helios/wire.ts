import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from './routes.js';

/** The most bytes of a request body that are kept; more is answered with 413. */
const maxBodyBytes = 16 * 1024 * 1024;

/**
 * The whole body of a request, or undefined where it is larger than 16 MB. Too large a body is still read to its
 * end, and dropped, so that the client gets the answer and not a broken pipe. Rejects when the client goes away.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > maxBodyBytes ? undefined : Buffer.concat(chunks);
}

/** A reply as it goes over the wire: a text is sent as it is, everything else as JSON. */
function encode(reply: Reply): { headers: Record<string, string>; body: Buffer } {
  const { body, headers } = reply;
  const bytes = Buffer.from(
    body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    'utf8',
  );
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  return {
    headers: {
      ...(body === undefined ? {} : { 'content-type': type }),
      'content-length': String(bytes.length),
      'cache-control': 'no-store',
      ...headers,
    },
    body: bytes,
  };
}

/** Sends a reply in full. */
export function send(response: ServerResponse, reply: Reply): void {
  const { headers, body } = encode(reply);
  response.writeHead(reply.status, headers).end(body);
}

/** Sends the headers and half of the body, then breaks the connection. An empty body is announced as two bytes. */
export function sendHalf(response: ServerResponse, reply: Reply): void {
  const { headers, body } = encode(reply);
  const announced = String(Math.max(body.length, 2));
  response.writeHead(reply.status, { ...headers, 'content-length': announced, connection: 'close' });
  response.flushHeaders();
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
    response.destroy();
  });
}

/** Waits, or stops waiting as soon as the connection ends (also when the server is closed). */
export function pause(response: ServerResponse, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    response.once('close', done);
  });
}
