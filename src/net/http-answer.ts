import type { TransportResponse } from './transport.js';

/** The longest piece of a response that an error message shows, in characters. */
const SHOWN = 200;
/** A longer body is not an error message. In characters. */
const READ = 16_384;

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
 * What of an error's body may be shown: one short line, or `an HTML page` for a page.
 *
 * @param clean removes what must not come back to light; given the whole message, before it is shortened
 */
export function errorText(response: TransportResponse, clean: (text: string) => string): string | undefined {
  if (isHtml(response)) return 'an HTML page';
  const parsed = parseJson(response.bytes);
  const message = parsed.ok ? messageOf(parsed.body) : undefined;
  const whole = message ?? response.bytes.toString('utf8');
  if (whole.length > READ) return undefined;
  // Control characters could drive the reader's terminal.
  const line = clean(whole)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  if (line === '') return undefined;
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

function messageOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null) return undefined;
  for (const key of ['message', 'error', 'detail', 'errors']) {
    const part: unknown = Reflect.get(body, key);
    // `{ "error": { "message": … } }`, and `{ "errors": [{ "message": … }] }`.
    const message = messageOf(Array.isArray(part) ? (part as readonly unknown[])[0] : part);
    if (message !== undefined) return message;
  }
  return undefined;
}
