import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Sensitive, errorCode } from '../model/index.js';
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
  let bytes: Buffer | undefined;
  try {
    const handle = await open(path, 'r');
    try {
      bytes = await readBounded(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return failed(source.path, whyUnreadable(error), `It was looked for at ${path}.`);
  }
  if (bytes === undefined) {
    const limit = MAX_BYTES / 1024 / 1024;
    return failed(source.path, `is larger than ${limit} MB`, 'Check the path: a secret is small.');
  }
  return decode(source, bytes);
}

/** The whole file, or `undefined` where it is too large. Not every file knows its size: `/dev/zero` says 0, and never ends. */
async function readBounded(handle: FileHandle): Promise<Buffer | undefined> {
  const { size } = await handle.stat();
  if (size > MAX_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.alloc(total < size ? size - total : 16 * 1024);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return Buffer.concat(chunks, total);
    total += bytesRead;
    if (total > MAX_BYTES) return undefined;
    chunks.push(chunk.subarray(0, bytesRead));
  }
}

/** Turns the file's bytes into a value. */
function decode(source: ValueSource & { from: 'file' }, bytes: Buffer): Reading {
  let content = bytes;
  if (source.base64 === true) {
    const text = bytes.toString('latin1').replace(/\s+/g, '');
    if (!isBase64(text)) {
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
  const value = new Sensitive(source.trim === true ? text.trim() : text);
  if (!value.isEmpty) return { value };
  return {
    value,
    problem: {
      severity: 'warning',
      code: 'empty-file',
      summary: `The file ${source.path} is there, but empty.`,
      next: 'If another step writes it, check that it has run.',
    },
  };
}

/** Whether a text is base64, with or without its padding. */
function isBase64(text: string): boolean {
  const body = text.replace(/={1,2}$/, '');
  if (/[^A-Za-z0-9+/]/.test(body) || body.length % 4 === 1) return false;
  return text.length === body.length || text.length % 4 === 0;
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
  const code = errorCode(error) ?? 'unknown error';
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'may not be read by this user';
  if (code === 'EISDIR') return 'is a folder';
  return `cannot be read (${code})`;
}
