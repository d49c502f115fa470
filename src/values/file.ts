import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Sensitive } from '../model/index.js';
import type { Diagnostic, ValueSource } from '../model/index.js';
import type { Reading } from './reading.js';

/** No system here takes a value near this size; a larger file is a mistake, and is not read into memory. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads a file: its exact bytes as UTF-8 text, or with white space taken off both ends (`trim`), or decoded from base64
 * (`base64`). A relative path starts at the folder of the configuration file that names it.
 */
export async function readFileSource(source: ValueSource & { from: 'file' }): Promise<Reading> {
  const path = resolve(source.base, source.path);
  let bytes: Buffer;
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_BYTES) {
        const limit = MAX_BYTES / 1024 / 1024;
        return failed(source.path, `is larger than ${limit} MB`, 'Check the path: a secret is small.');
      }
      bytes = await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    return failed(source.path, whyUnreadable(error), `It was looked for at ${path}.`);
  }
  return decode(source, bytes);
}

/** Turns the file's bytes into a value. */
function decode(source: ValueSource & { from: 'file' }, bytes: Buffer): Reading {
  let content = bytes;
  if (source.base64 === true) {
    const text = bytes.toString('latin1').replace(/\s+/g, '');
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text)) {
      return failed(source.path, 'is not base64', 'Leave out `base64: true`, or mend the file.');
    }
    content = Buffer.from(text, 'base64');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return failed(source.path, 'is not UTF-8 text', 'The systems store text: encode the bytes first.');
  }
  return { value: new Sensitive(source.trim === true ? text.trim() : text) };
}

function failed(path: string, what: string, next: string): Reading {
  const problem: Diagnostic = {
    severity: 'error',
    code: 'unreadable-file',
    summary: `The file ${path} ${what}.`,
    next,
  };
  return { problem };
}

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'may not be read by this user';
  if (code === 'EISDIR') return 'is a folder';
  return `cannot be read (${code})`;
}
