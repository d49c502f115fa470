/** One value of a document, as text: numbers as they are written, so that no digit is lost. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly type: 'text' | 'number' | 'boolean' | 'null';
  readonly text: string;
}

/** What a document holds, whatever it was written in. Maps keep the order of the file. */
export type DocumentNode =
  | Leaf
  | { readonly kind: 'list'; readonly items: readonly DocumentNode[] }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, DocumentNode> };

/** A leaf that is text. */
export const textLeaf = (text: string): Leaf => ({ kind: 'leaf', type: 'text', text });

/**
 * Reads JSON and keeps what `JSON.parse` alone would lose: the digits of large numbers and the order of keys that look like
 * numbers. Each string gets a letter before it that says what it was; then the engine's own parser does the work.
 * @param strict whether duplicate names are refused; otherwise the last one counts
 * @returns `undefined` where it is not JSON
 */
export function parseJson(text: string, strict = false): DocumentNode | undefined {
  try {
    // First as it is: what follows may then trust that it is JSON.
    JSON.parse(text);
    return toNode(JSON.parse(marked(text)), strict);
  } catch {
    return undefined;
  }
}

/**
 * JSON with `s` before the text of each string, numbers as strings after an `n`, and the place of each key before it, so that no two
 * are the same.
 */
function marked(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const end = quote === -1 ? text.length : quote;
    parts.push(text.slice(at, end).replace(/-?\d[\d.eE+-]*/g, '"n$&"'));
    if (quote === -1) break;
    at = endOfString(text, quote);
    COLON.lastIndex = at;
    parts.push(COLON.test(text) ? `"${quote}:` : '"s', text.slice(quote + 1, at));
  }
  return parts.join('');
}

/** What makes the string before it a key. */
const COLON = /\s*:/y;

/** Where the string that begins at this quote ends: after its other quote. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function toNode(data: unknown, strict: boolean): DocumentNode {
  if (typeof data === 'string') {
    return { kind: 'leaf', type: data.startsWith('n') ? 'number' : 'text', text: data.slice(1) };
  }
  if (Array.isArray(data)) return { kind: 'list', items: data.map((item) => toNode(item, strict)) };
  if (typeof data === 'object' && data !== null) {
    const entries = new Map<string, DocumentNode>();
    for (const [placed, value] of Object.entries(data)) {
      const key = placed.slice(placed.indexOf(':') + 1);
      if (strict && entries.has(key)) throw new SyntaxError('duplicate name');
      entries.set(key, toNode(value, strict));
    }
    return { kind: 'map', entries };
  }
  return { kind: 'leaf', type: data === null ? 'null' : 'boolean', text: String(data) };
}

/** What was found at the end of a path, or what is wrong with it, in words that follow the document's name. */
export type Found = { readonly text: string } | { readonly wrong: string };

/** The names of a path: `a.b.0`, or a JSON Pointer (RFC 6901), `/a/b.c/0`. */
function stepsOf(path: string): string[] {
  if (!path.startsWith('/')) return path.split('.');
  return path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const KINDS = { list: 'a list', map: 'a map' } as const;

/**
 * Takes the text at a path. Says which part of the path is missing, and nothing else of the document.
 * @param path `a.b.0`, or a JSON Pointer where a name has a dot in it
 */
export function textAt(root: DocumentNode, path: string): Found {
  let node = root;
  const passed: string[] = [];
  const here = (): string => (passed.length === 0 ? '' : ` at \`${passed.join('.')}\``);
  for (const step of stepsOf(path)) {
    if (node.kind === 'leaf') {
      return { wrong: `has no map or list${here()}, so it has no \`${step}\`` };
    }
    const next =
      node.kind === 'map'
        ? node.entries.get(step)
        : /^(0|[1-9][0-9]*)$/.test(step)
          ? node.items[Number(step)]
          : undefined;
    if (next === undefined) {
      return { wrong: `has no ${node.kind === 'list' ? 'item ' : ''}\`${step}\`${here()}` };
    }
    passed.push(step);
    node = next;
  }
  if (node.kind !== 'leaf') return { wrong: `has ${KINDS[node.kind]}${here()}, not one value` };
  return node.type === 'null' ? { wrong: `has null${here()}, which is not a value` } : { text: node.text };
}
