import { constants, open as openDescriptor } from 'node:fs';
import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { promisify } from 'node:util';

const MIB = 1024 * 1024;

/** The most bytes of a file that holds a certificate, a key, a password or a lock. */
export const SMALL_FILE = MIB;

/** The most bytes of a state or a saved plan. */
export const DOCUMENT_FILE = 256 * MIB;

/** What a file held, and what it was. */
export interface ReadBytes {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

/** A file that is not read. Its `code` is the reason: a code, or words that fit into brackets. */
class FileRefused extends Error {
  override readonly name = 'FileRefused';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Opening waits for nobody then: a thread that waits for the other end of a pipe would keep the whole program from ending. */
const AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Reads a regular file of at most so many bytes: a path may name a pipe without a writer, or a device without an end.
 * @param options.pipe reads a named pipe too, until its other end is closed or this signal is aborted
 * @throws Node's error; an error whose `code` says that it is not a regular file, or larger than the limit
 */
export async function readBounded(
  path: string,
  maxBytes: number,
  options: { readonly pipe?: AbortSignal } = {},
): Promise<ReadBytes> {
  const before = await stat(path);
  if (before.isFIFO() && options.pipe !== undefined) {
    return { bytes: await readPipe(path, maxBytes, options.pipe), stats: before };
  }
  refuseSpecial(before);
  const handle = await open(path, AT_ONCE);
  try {
    const stats = await handle.stat();
    refuseSpecial(stats);
    return { bytes: await readHandle(handle, maxBytes, stats.size), stats };
  } finally {
    await handle.close();
  }
}

/** The same as text (UTF-8). */
export async function readTextBounded(
  path: string,
  maxBytes: number,
  options: { readonly pipe?: AbortSignal } = {},
): Promise<string> {
  return (await readBounded(path, maxBytes, options)).bytes.toString('utf8');
}

/**
 * Reads an open file to its end, whatever it says about its size.
 * @throws an error whose `code` says that it is larger than the limit
 */
export async function readHandle(handle: FileHandle, maxBytes: number, size: number): Promise<Buffer> {
  if (size > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.alloc(total < size ? size - total : 16 * 1024);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return Buffer.concat(chunks, total);
    total += bytesRead;
    if (total > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk.subarray(0, bytesRead));
  }
}

/**
 * What comes through a named pipe until its other end is closed.
 * @throws the reason of the signal; an error whose `code` says that it is more than the limit
 */
async function readPipe(path: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const fd = await promisify(openDescriptor)(path, AT_ONCE);
  const pipe = new Socket({ fd, readable: true, writable: false });
  addAbortSignal(signal, pipe);
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of pipe as AsyncIterable<Buffer>) {
    total += chunk.length;
    // Leaving the loop closes the pipe.
    if (total > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, total);
}

/** Whether an error says that a file is larger than the limit. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof FileRefused && error.code.startsWith('larger');
}

/** Whether an error says that a path does not name a regular file: a folder, a pipe, a device. */
export function isSpecial(error: unknown): boolean {
  return error instanceof FileRefused && !isTooLarge(error);
}

function refuseSpecial(stats: Stats): void {
  if (stats.isDirectory()) throw new FileRefused('EISDIR');
  if (!stats.isFile()) throw new FileRefused('not a regular file');
}

function tooLarge(maxBytes: number): FileRefused {
  return new FileRefused(`larger than ${Math.floor(maxBytes / MIB)} MiB`);
}
