import { stat } from 'node:fs/promises';
import { SMALL_FILE, readTextBounded } from '../../files/read.js';

/** The connection that a password is looked up for. */
interface PasswordKey {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * Finds a password in the text of a libpq password file: lines `host:port:database:user:password`, `*` for any, `\:` and `\\`
 * for the characters themselves, the first line that fits (PostgreSQL docs, "The Password File").
 */
export function findPassword(text: string, key: PasswordKey): string | undefined {
  // A Unix socket is looked up as localhost.
  const host = key.host.startsWith('/') ? 'localhost' : key.host;
  const wanted = [host, String(key.port), key.database, key.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = splitLine(line);
    const password = fields[4];
    if (password === undefined || password === '') continue;
    if (
      wanted.every((expected, index) => fields[index] === '*' || unescape(fields[index] ?? '') === expected)
    ) {
      return unescape(password);
    }
  }
  return undefined;
}

function splitLine(line: string): readonly string[] {
  return [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/gs)].map((match) => match[1] ?? '');
}

function unescape(field: string): string {
  return field.replace(/\\(.)/gs, '$1');
}

/** Reads the password file, as libpq does: not at all where it is missing, or where others than its owner may read it. */
export async function passwordFromFile(path: string, key: PasswordKey): Promise<string | undefined> {
  try {
    const status = await stat(path);
    const open = process.platform !== 'win32' && (status.mode & 0o077) !== 0;
    if (!status.isFile() || open) return undefined;
    return findPassword(await readTextBounded(path, SMALL_FILE), key);
  } catch {
    return undefined;
  }
}
