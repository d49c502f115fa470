import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/core/folder.js';
import { errorCode } from '../model/index.js';
import { createFile, replaceFile } from './write.js';

const root = temporaryFolder();
let folders = 0;
const newFolder = (): string => {
  const folder = join(root, String((folders += 1)));
  mkdirSync(folder);
  return folder;
};
const errorOf = (promise: Promise<void>): Promise<string | undefined> =>
  promise.then(() => 'none', errorCode);

describe.each([
  ['replaceFile', replaceFile],
  ['createFile', createFile],
])('%s', (_, write) => {
  it('writes a file for its owner alone, and leaves no draft', async () => {
    const folder = newFolder();
    await write(join(folder, 'a'), 'text');
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('text');
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o600);
  });

  it('never writes through a link', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'target'), 'kept');
    symlinkSync('target', join(folder, 'a'));
    await write(join(folder, 'a'), 'text').catch(() => undefined);
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('kept');
    expect(readdirSync(folder)).toEqual(['a', 'target']);
  });

  it('leaves no draft where it fails', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'a'));
    expect(await errorOf(write(join(folder, 'a'), 'text'))).toMatch(/^(EEXIST|EISDIR)$/);
    expect(readdirSync(folder)).toEqual(['a']);
    expect(await errorOf(write(join(folder, 'none', 'b'), 'text'))).toBe('ENOENT');
  });
});

describe('whole files', () => {
  it('are replaced, with the mode of a new file', async () => {
    const path = join(newFolder(), 'a');
    writeFileSync(path, 'old', { mode: 0o644 });
    await replaceFile(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('are created once, however many try', async () => {
    const path = join(newFolder(), 'a');
    const codes = await Promise.all(['1', '2', '3', '4'].map((text) => errorOf(createFile(path, text))));
    expect(codes.sort()).toEqual(['EEXIST', 'EEXIST', 'EEXIST', 'none']);
    expect(lstatSync(path).isFile()).toBe(true);
  });
});
