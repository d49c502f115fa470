/** The longest piece of an answer that an error message shows, in characters. */
const SHOWN = 200;
/** So many characters in a row that stand in a header of ours as well are taken for a piece of it. */
const PIECE = 8;

/**
 * Reads a body to its end.
 * @returns its bytes, or `undefined` where there are more than `maxBytes` of them
 * @throws whatever the connection throws when it breaks
 */
export async function readBody(response: Response, maxBytes: number): Promise<Buffer | undefined> {
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (response.body === null) return Buffer.alloc(0);
  if (announced > maxBytes) {
    await response.body.cancel();
    return undefined;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A JSON text, parsed; `ok: false` where it is none (or is not UTF-8). An empty body is `undefined`. */
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
export function isHtml(response: Response, bytes: Buffer): boolean {
  if ((response.headers.get('content-type') ?? '').toLowerCase().includes('text/html')) return true;
  return /^\s*<(!doctype|html|head|body)/i.test(bytes.subarray(0, 100).toString('utf8'));
}

/**
 * What of an error's body may be shown: one short line, `an HTML page` for a page, nothing where it repeats a piece of
 * what went out in the headers (the key).
 *
 * @param sent texts that must not come back to light, in part or whole
 */
export function errorText(response: Response, bytes: Buffer, sent: readonly string[]): string | undefined {
  if (isHtml(response, bytes)) return 'an HTML page';
  const parsed = parseJson(bytes);
  const told = parsed.ok ? messageOf(parsed.body) : undefined;
  // Control characters could drive the reader's terminal.
  const line = (told ?? bytes.toString('utf8')).replace(/[\p{C}\s]+/gu, ' ').trim();
  if (line === '' || sent.some((text) => sharesPiece(line, text))) return undefined;
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

function messageOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null) return undefined;
  for (const key of ['message', 'error', 'detail']) {
    const told: unknown = Reflect.get(body, key);
    if (typeof told === 'string') return told;
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
