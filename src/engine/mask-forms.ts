/** A longer value is not looked for in as many forms: nobody quotes the whole of it in base64. In characters. */
const LONGEST = 16_384;
/** A line, or a stretch of base64, that is shorter than this may be something else. */
const TELLING = 8;
/** A line of a key holds so much that nobody can guess it. In characters. */
const LINE_OF_KEY = 40;

/**
 * Every form that a whole value may have in a message: as it is, quoted for SQL and JSON, URL-encoded, base64 at each of its three
 * alignments, hexadecimal; the lines of a PEM key; and the password of an address, which is a value of its own. No other part of a
 * value is a form: a guess at a part is far cheaper than one at the whole.
 */
export function formsOf(value: string): ReadonlySet<string> {
  const forms = new Set<string>();
  if (value.length > LONGEST) return new Set([value, JSON.stringify(value).slice(1, -1)]);
  addForms(forms, value);
  if (/^\s*-----BEGIN /.test(value)) {
    for (const line of value.split(/\r\n|\n|\r/)) {
      const bare = line.trim();
      if (bare.length >= LINE_OF_KEY && /^[A-Za-z0-9+/=]+$/.test(bare)) forms.add(bare);
    }
  }
  for (const password of passwordsIn(value)) addForms(forms, password);
  return forms;
}

/** So often may a text be put into JSON: in an answer that holds JSON, which is quoted in JSON of ours. */
const NESTED = 3;

function addForms(forms: Set<string>, value: string): void {
  const add = (form: string): void => {
    if (form === '') return;
    forms.add(form);
    // As the answer of a server is shown: on one line.
    const line = form.replace(/[\p{C}\s]+/gu, ' ').trim();
    if (line.length >= 4) forms.add(line);
  };
  for (const text of quotedForms(value)) add(text);
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

/** A value as SQL and JSON quote it, JSON inside JSON included, and as programs write it that keep to ASCII. */
function quotedForms(value: string): readonly string[] {
  const quoted = [value, value.trim(), value.replaceAll("'", "''")];
  const forms: string[] = [];
  for (const form of new Set([...quoted, value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")])) {
    if (form !== value && form.length < 4) continue;
    let text = form;
    for (let depth = 0; depth <= NESTED; depth += 1) {
      forms.push(text);
      forms.push(
        text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
      );
      text = JSON.stringify(text).slice(1, -1);
    }
  }
  return forms;
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

/** The password of a URL, as it is written there, and decoded. */
function passwordsIn(value: string): readonly string[] {
  const match = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*?:([^/?#@\s]+)@/i.exec(value.slice(0, 4096));
  const written = match?.[1];
  if (written === undefined) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}
