import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Variables that hold no secret: where things are, and how to behave. A password inside a URL is one all the same. */
const OPEN =
  /^(PATH|HOME|TMPDIR|LANG|TERM|NO_COLOR|CI|DEBUG|PGHOSTADDR|.*_URL|.*_ADDR|.*_ORGANIZATION|SECRETS_HTTP_.*|OPEN_.*)$/;

/** Shorter values could stand anywhere by chance. */
const SHORTEST = 6;

/** The values among these variables that must never show up anywhere. */
export function secretsOf(env: Readonly<Record<string, string>>): readonly string[] {
  const found = Object.entries(env).flatMap(([name, value]) => {
    if (!OPEN.test(name)) return [value];
    const password = /^[a-z]+:\/\/[^/@]*?:([^/@]+)@/.exec(value)?.[1];
    return password === undefined ? [] : [password, decodeURIComponent(password)];
  });
  // Each line of a longer value counts, too.
  const lines = found.flatMap((value) => [value, ...value.split('\n')]);
  return [...new Set(lines)].filter((one) => one.trim().length >= SHORTEST);
}

/** The ways in which a value may stand in a text: as it is, JSON-escaped, percent-encoded, as a SQL literal, as base64. */
function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  // Base64 inside a longer text starts at any of three offsets; the letters at either end depend on the neighbours.
  const shifted = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(offset === 0 ? 0 : offset + 1, -2),
  );
  const base64 = shifted.filter((one) => one.length >= SHORTEST);
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    value.replaceAll("'", "''"),
    bytes.toString('hex'),
    ...base64,
    ...base64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** Which of these values a text holds in any form; the answer names them by their number alone. */
export function leaksIn(text: string, values: readonly string[]): readonly string[] {
  return values.flatMap((value, index) =>
    formsOf(value).some((form) => text.includes(form)) ? [`value ${String(index)}`] : [],
  );
}

/** The text of every file below a folder, by path; a folder that is not there has none. */
export async function filesBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  // A draft may be renamed, and a lock be gone, between the list and the look.
  const texts = await Promise.all(
    files.map(async (path) => [path, await readFile(path, 'utf8').catch(() => '')] as const),
  );
  return new Map(texts);
}
