import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeState } from '../../src/state/index.js';
import { localStore } from '../../src/state/local/store.js';
import type { StateStore } from '../../src/state/index.js';
import { temporaryFolder } from '../core/folder.js';
import { backendContract, codeOf, deadPid, lockRequest, messageOf } from './contract.js';
import type { ClientOptions } from './contract.js';

const root = temporaryFolder();
let folders = 0;
const newFolder = (): string => {
  const folder = join(root, String((folders += 1)));
  mkdirSync(folder);
  return folder;
};
const storeIn = (cwd: string, { stack = 'prod', ...options }: ClientOptions = {}): StateStore =>
  localStore({
    path: `${stack}.state.json`,
    cwd,
    stack,
    toolVersion: '1.2.3',
    now: () => new Date(0),
    ...options,
  });

backendContract('local', () => {
  const folder = newFolder();
  return Promise.resolve({
    open: (options) => storeIn(folder, options),
    close: () => Promise.resolve(),
  });
});

describe('the lock file', () => {
  const lockIn = (folder: string): string => join(folder, 'prod.state.json.lock');
  const take = (folder: string, pid: number, machine?: string) =>
    storeIn(folder).lock({
      ...lockRequest(),
      holder: { pid, ...(machine === undefined ? {} : { machine }) },
    });

  it('is for its owner alone, and nothing is left of it', async () => {
    const folder = newFolder();
    const lock = await storeIn(folder).lock(lockRequest());
    expect(statSync(lockIn(folder)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['prod.state.json.lock']);
    await lock.release();
    await (await storeIn(folder).lock(lockRequest())).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not given back by another one', async () => {
    const folder = newFolder();
    const lock = await storeIn(folder).lock(lockRequest());
    const text = readFileSync(lockIn(folder), 'utf8');
    writeFileSync(lockIn(folder), text.replace(lock.info.ID, 'another'));
    await lock.release();
    expect(readdirSync(folder)).toEqual(['prod.state.json.lock']);
  });

  it('is taken over though somebody died while taking it over', async () => {
    const folder = newFolder();
    const pid = await deadPid();
    const dead = await take(folder, pid);
    const text = readFileSync(lockIn(folder), 'utf8');
    writeFileSync(`${lockIn(folder)}.${dead.info.ID}.taking`, text.replace(dead.info.ID, 'y'));
    await (await storeIn(folder).lock(lockRequest(60_000))).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of an earlier process with our own id, as containers have it, is taken over', async () => {
    const folder = newFolder();
    await take(folder, process.pid);
    await (await storeIn(folder).lock(lockRequest())).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a living process, or of a process of the same id on another machine, is not', async () => {
    const folder = newFolder();
    const living = await take(folder, process.ppid);
    expect(await messageOf(storeIn(folder).lock(lockRequest()))).toContain(`process ${process.ppid}`);
    await living.release();
    await take(folder, await deadPid(), 'elsewhere');
    expect(await codeOf(storeIn(folder).lock(lockRequest()))).toBe('state-locked');
  });

  it('of another machine is taken over once nobody has renewed it for a whole lease', async () => {
    const folder = newFolder();
    await take(folder, 1, 'elsewhere');
    const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);
    utimesSync(lockIn(folder), ago(50), ago(50));
    expect(await codeOf(storeIn(folder).lock(lockRequest()))).toBe('state-locked');
    utimesSync(lockIn(folder), ago(70), ago(70));
    await (await storeIn(folder).lock(lockRequest())).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a program that says nothing of itself is left to people', async () => {
    const folder = newFolder();
    await take(folder, await deadPid());
    const json = JSON.parse(readFileSync(lockIn(folder), 'utf8')) as Record<string, unknown>;
    writeFileSync(lockIn(folder), JSON.stringify({ ...json, Info: '' }));
    utimesSync(lockIn(folder), new Date(0), new Date(0));
    expect(await codeOf(storeIn(folder).lock(lockRequest()))).toBe('state-locked');
    await storeIn(folder).unlock(String(json['ID']));
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['', 'null', '{}', '[1]', '{"ID":"x"}'])('that holds %j is reported, not taken', async (junk) => {
    const folder = newFolder();
    writeFileSync(lockIn(folder), junk);
    expect(await messageOf(storeIn(folder).lock(lockRequest()))).toContain('cannot be read');
  });

  it('says so where it cannot be written', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(await messageOf(storeIn(join(folder, 'file')).lock(lockRequest()))).toContain(
      'cannot be written (',
    );
  });

  it('keeps two processes apart', async () => {
    const folder = newFolder();
    const script = join(folder, 'count.ts');
    writeFileSync(
      script,
      `import { readFileSync, writeFileSync } from 'node:fs';
       import { localStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/state/local/store.ts'))};
       const cwd = ${JSON.stringify(folder)};
       const store = localStore({ path: 'p.json', cwd, stack: 'prod', toolVersion: '1', now: () => new Date() });
       for (let turn = 0; turn < 4; turn += 1) {
         const lock = await store.lock({ operation: 'x', timeoutMs: 60000, onWait: () => {}, signal: new AbortController().signal });
         const state = (await store.read()) ?? { version: 2, serial: 0, lineage: 'L', stack: 'prod', systems: {}, records: [] };
         await store.write({ ...state, serial: state.serial + 1 }, state.serial, lock);
         await lock.release();
       }`.replaceAll(/^ {7}/gm, ''),
    );
    const run = (): Promise<number | null> =>
      new Promise((done) => {
        const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
          stdio: 'inherit',
        });
        child.once('exit', done);
      });
    // A module of its own: the script is not part of the project.
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    expect(await Promise.all([run(), run()])).toEqual([0, 0]);
    expect(decodeState(readFileSync(join(folder, 'p.json'), 'utf8'), 'p', 'prod').serial).toBe(8);
  });
});
