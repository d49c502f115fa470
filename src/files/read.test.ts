import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isSpecial, isTooLarge, readBounded, readTextBounded } from './read.js';

const folder = mkdtempSync(join(tmpdir(), 'secrets-read-'));
const file = join(folder, 'file');
const pipe = join(folder, 'pipe');
writeFileSync(file, 'text');
execFileSync('mkfifo', [pipe]);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const errorOf = (path: string, maxBytes = 1024): Promise<unknown> =>
  readBounded(path, maxBytes).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a bounded read', () => {
  it('gives what a file holds, and what it is', async () => {
    expect(await readTextBounded(file, 4)).toBe('text');
    expect((await readBounded(file, 4)).stats.size).toBe(4);
  });

  it.each([
    ['a pipe without a writer', pipe, 'not a regular file'],
    ['a device without an end', '/dev/zero', 'not a regular file'],
    ['a folder', folder, 'EISDIR'],
  ])('refuses %s at once', async (_, path, code) => {
    const error = await errorOf(path);
    expect(error).toMatchObject({ code });
    expect(isSpecial(error)).toBe(true);
    expect(isTooLarge(error)).toBe(false);
  });

  it('refuses a file that is too large, whatever it says about its size', async () => {
    const sparse = join(folder, 'sparse');
    writeFileSync(sparse, '');
    truncateSync(sparse, 2 ** 32);
    expect(isTooLarge(await errorOf(sparse))).toBe(true);
    // /proc says that all of its files have no bytes.
    expect(isTooLarge(await errorOf('/proc/self/status', 8))).toBe(true);
    expect(await errorOf(join(folder, 'missing'))).toMatchObject({ code: 'ENOENT' });
  });

  it('reads a pipe where that is asked for, until the signal', async () => {
    const { signal } = new AbortController();
    const read = readTextBounded(pipe, 1024, { pipe: signal });
    spawn('sh', ['-c', `printf through > "${pipe}"`]);
    expect(await read).toBe('through');
    await expect(readBounded(pipe, 1024, { pipe: AbortSignal.timeout(50) })).rejects.toThrow();
  });
});
