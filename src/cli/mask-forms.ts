import { printable, printableJson } from '../report/index.js';

const PIECE = 48;
/** Values longer than this are looked for in pieces: a message quotes their beginning, never the whole. A number of pieces. */
const WHOLE = 340 * PIECE;
/** A line, or a stretch of base64, that is shorter than this may be something else. */
const TELLING = 8;

/**
 * Every form that a value may have in a message: as it is, quoted for SQL and JSON, URL-encoded, base64 at each of its
 * three alignments, hexadecimal, its single lines; and the password of an address.
 */
export function formsOf(value: string): ReadonlySet<string> {
  const forms = new Set<string>();
  addForms(forms, value.length > WHOLE ? value.slice(0, WHOLE) : value);
  if (value.length > WHOLE) for (const piece of pieces(value)) forms.add(piece);
  for (const line of value.split(/\r\n|\n|\r/)) {
    const bare = line.trim();
    if (bare.length >= TELLING && bare.length <= WHOLE && !bare.startsWith('-----')) forms.add(bare);
  }
  const password = passwordIn(value);
  if (password !== undefined) for (const form of password) addForms(forms, form);
  return forms;
}

/** So often may a text be put into JSON: in an answer that holds JSON, which is quoted in JSON of ours. */
const NESTED = 3;

function addForms(forms: Set<string>, value: string): void {
  const isPiece = value.length > PIECE * 2;
  const addWithPieces = (form: string): void => {
    if (form === '') return;
    forms.add(form);
    // A quotation may end anywhere: of something long, its pieces count as well.
    if (isPiece && form.length > PIECE * 2) for (const piece of pieces(form)) forms.add(piece);
  };
  const add = (form: string): void => {
    addWithPieces(form);
    // As the answer of a server is shown: on one line.
    const line = form.replace(/[\p{C}\s]+/gu, ' ').trim();
    if (line.length >= 4) addWithPieces(line);
  };
  const quoted = [value, value.trim(), value.replaceAll("'", "''")];
  for (const quotedForm of new Set([...quoted, value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")])) {
    if (quotedForm !== value && quotedForm.length < 4) continue;
    let text = quotedForm;
    for (let depth = 0; depth <= NESTED; depth += 1) {
      add(text);
      // As this program itself writes text from outside, and as programs write it that keep to ASCII.
      add(printable(text));
      add(printableJson(text));
      add(
        text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
      );
      text = JSON.stringify(text).slice(1, -1);
    }
  }
  const url = urlEncoded(value);
  for (const encoded of [url, url.replace(/[!'()~]/g, percent), url.replace(/[!'()*]/g, percent)]) {
    for (const form of [encoded, encoded.replaceAll('%20', '+')]) {
      add(form);
      add(form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
    }
  }
  const bytes = Buffer.from(value, 'utf8');
  add(bytes.toString('hex'));
  add(bytes.toString('hex').toUpperCase());
  for (const text of base64Forms(bytes)) add(text);
}

/** What `encodeURIComponent` leaves as it is, and forms (WHATWG, URL standard) or strict encoders (RFC 3986) do not. */
function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function urlEncoded(value: string): string {
  // Half of a surrogate pair has no URL form.
  return encodeURIComponent(value.replace(/\p{Cs}/gu, '\ufffd'));
}

/** The part of the base64 text that is the same whatever comes before and after the bytes, for its three alignments. */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first characters hold bits of what comes before, the last one bits of what comes after.
    const start = shift === 0 ? 0 : shift + 1;
    const end = (shift + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    const stable = text.slice(start, end);
    if (stable.length < TELLING) return shift === 0 && text.length >= 6 ? [text] : [];
    return [stable, stable.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function pieces(text: string): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += PIECE) found.push(text.slice(at, at + PIECE));
  // The first and last lines of a key are the same for all keys.
  return found.filter((piece) => piece.length >= TELLING && !/^[A-Z ]*---[A-Z -]*$/.test(piece));
}

/** The password of a URL, as it is written there, and decoded. */
function passwordIn(value: string): readonly string[] | undefined {
  const match = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*?:([^/?#@\s]+)@/i.exec(value.slice(0, 4096));
  const written = match?.[1];
  if (written === undefined) return undefined;
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}
