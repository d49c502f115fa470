/*
 * The other way round than the masking of the program: nothing is known here of the forms in which a value may be written. A
 * text is decoded in every way that is found in it, layer by layer, and the value is looked for in what comes out.
 */

/** What escapes with a backslash may be followed by, in JSON, JavaScript, C, shell and SQL; and as this program shows what it must not print. */
const ESCAPE = /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g;
const LETTER: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
};

function withoutBackslashes(text: string): string {
  return text.replace(ESCAPE, (_, braced?: string, four?: string, two?: string, letter?: string) => {
    const code = braced ?? four ?? two;
    if (code === undefined) return LETTER[letter ?? ''] ?? letter ?? '';
    const point = parseInt(code, 16);
    return point > 0x10ffff ? '' : String.fromCodePoint(point);
  });
}

function withoutPercents(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

function withoutDoubling(text: string): string {
  return text.replaceAll("''", "'").replaceAll('""', '"');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function withoutEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/g,
    (all: string, hex?: string, ten?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? '';
      const point = hex !== undefined ? parseInt(hex, 16) : Number(ten);
      return point > 0x10ffff ? all : String.fromCodePoint(point);
    },
  );
}

/** Texts that a text stands for, itself among them. */
function layersOf(text: string): ReadonlySet<string> {
  const found = new Set([text]);
  let bare = text;
  for (let times = 0; times < 3; times += 1) {
    bare = withoutBackslashes(bare);
    found.add(bare);
  }
  for (const one of [...found]) {
    for (const decode of [withoutPercents, withoutDoubling, withoutEntities]) found.add(decode(one));
  }
  found.add(withoutPercents(text.replaceAll('+', ' ')));
  found.add(withoutDoubling(withoutBackslashes(withoutDoubling(text))));
  return found;
}

/** What looks like base64, in one piece or over several lines; what looks like hexadecimal digits. */
const BASE64 = /[A-Za-z0-9+/_-]{11,}(?:[ \t\r\n]+[A-Za-z0-9+/_-]{16,})*/g;
const HEX = /(?:[0-9a-fA-F]{2}[ :]?){8,}[0-9a-fA-F]?/g;

/** What runs of base64 and of hexadecimal digits stand for, wherever the run may really begin. */
function unpacked(text: string): readonly string[] {
  const found: string[] = [];
  for (const [run] of text.matchAll(BASE64)) {
    const letters = run.replace(/\s+/g, '');
    for (let at = 0; at < 4; at += 1) found.push(Buffer.from(letters.slice(at), 'base64').toString('utf8'));
  }
  for (const [run] of text.matchAll(HEX)) {
    const digits = run.replace(/[ :]/g, '');
    for (let at = 0; at < 2; at += 1) found.push(Buffer.from(digits.slice(at), 'hex').toString('utf8'));
  }
  return found;
}

/** Every text that a text may stand for: what it holds is searched in all of them. */
export function* readingsOf(text: string): Generator<string> {
  const packed = new Set<string>();
  for (const layer of layersOf(text)) {
    yield layer;
    for (const one of unpacked(layer)) packed.add(one);
  }
  // What was packed is a text that may be quoted in itself: a document in base64, say, or base64 of base64.
  const inner = [...packed].join('\n');
  for (const layer of layersOf(inner)) {
    yield layer;
    yield unpacked(layer).join('\n');
  }
}
