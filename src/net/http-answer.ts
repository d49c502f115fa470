import type { TransportResponse } from './transport.js';

/** The longest piece of a response that an error message shows, in characters. */
const SHOWN = 200;
/** So many characters in a row that are in a header of ours as well are taken for a piece of it. */
const PIECE = 8;

/** A JSON text, parsed; `ok: false` where it is not JSON or not UTF-8. An empty body is `undefined`. */
export function parseJson(bytes: Buffer): { ok: true; body: unknown } | { ok: false } {
  if (bytes.byteLength === 0) return { ok: true, body: undefined };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { ok: true, body: text.trim() === '' ? undefined : (JSON.parse(text) as unknown) };
  } catch {
    // The parser's message quotes the text, so it goes no further.
    return { ok: false };
  }
}

/** Whether a body is a web page: a proxy's or a portal's, not the API's. */
export function isHtml({ headers, bytes }: Pick<TransportResponse, 'headers' | 'bytes'>): boolean {
  if ((headers['content-type'] ?? '').toLowerCase().includes('text/html')) return true;
  return /^\s*<(!doctype|html|head|body)/i.test(bytes.subarray(0, 100).toString('utf8'));
}

/**
 * What of an error's body may be shown: one short line, `an HTML page` for a page, nothing where it repeats a piece of
 * what went out in the headers (the key).
 *
 * @param sent texts that must not come back to light, in part or whole
 */
export function errorText(response: TransportResponse, sent: readonly string[]): string | undefined {
  if (isHtml(response)) return 'an HTML page';
  const parsed = parseJson(response.bytes);
  const message = parsed.ok ? messageOf(parsed.body) : undefined;
  // Control characters could drive the reader's terminal.
  const line = (message ?? response.bytes.toString('utf8')).replace(/[\p{C}\s]+/gu, ' ').trim();
  if (line === '' || sent.some((text) => sharesPiece(line, text))) return undefined;
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

function messageOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null) return undefined;
  for (const key of ['message', 'error', 'detail']) {
    const message: unknown = Reflect.get(body, key);
    if (typeof message === 'string') return message;
  }
  return undefined;
}

function sharesPiece(line: string, text: string): boolean {
  const length = Math.min(PIECE, text.length);
  if (length === 0) return false;
  for (let at = 0; at + length <= text.length; at += 1) {
    if (line.includes(text.slice(at, at + length))) return true;
  }
  return false;
}
