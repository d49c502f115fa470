import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiagnosticError } from '../model/index.js';
import type { Lock, LockInfo, LockRequest } from './store.js';

/** A lock as its file has it: who, and which process on which host. */
interface LockFile extends LockInfo {
  readonly pid: number;
  readonly host: string;
}

const POLL_MS = 250;

/**
 * Takes a lock that is a file. The file appears whole or not at all (a link to a draft), so that two runs never both hold
 * it. A holder on this host whose process is gone is taken over at once.
 */
export async function lockFile(
  path: string,
  request: LockRequest,
  about: { readonly toolVersion: string; readonly now: () => Date },
): Promise<Lock> {
  const mine: LockFile = {
    ID: randomUUID(),
    Operation: request.operation,
    Info: '',
    Who: `${userName()}@${hostname()}`,
    Version: about.toolVersion,
    Created: about.now().toISOString(),
    pid: process.pid,
    host: hostname(),
  };
  const deadline = performance.now() + request.timeoutMs;
  let said = false;
  for (;;) {
    if (await tryToCreate(path, mine)) return { info: mine, release: () => release(path, mine.ID) };
    const holder = await readLock(path);
    if (holder === undefined) continue;
    if (holder.host === mine.host && !isAlive(holder.pid)) {
      await takeAway(path, holder);
      continue;
    }
    if (request.signal.aborted || performance.now() >= deadline) throw heldBy(holder);
    if (!said) request.onWait(holder);
    said = true;
    await sleep(POLL_MS);
  }
}

async function tryToCreate(path: string, mine: LockFile): Promise<boolean> {
  const draft = `${path}.${mine.ID}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(draft, `${JSON.stringify(mine)}\n`, { mode: 0o600 });
    await link(draft, path);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'EEXIST') return false;
    throw new DiagnosticError([
      {
        severity: 'error',
        code: 'state-lock',
        summary: `The lock ${path} cannot be written (${code}).`,
        next: 'Make room or give this user the right to write there.',
      },
    ]);
  } finally {
    await rm(draft, { force: true });
  }
}

/** The holder; `undefined` where the lock is gone by now. */
async function readLock(path: string): Promise<LockFile | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockFile;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new DiagnosticError([
      {
        severity: 'error',
        code: 'state-lock',
        summary: `The lock ${path} is there, but cannot be read.`,
        next: 'If no other run is under way, delete that file.',
      },
    ]);
  }
}

/** Takes a dead holder's lock away; if another run did so first and holds it now, that one stays. */
async function takeAway(path: string, dead: LockFile): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const taken = await readLock(aside).catch(() => undefined);
  if (taken !== undefined && taken.ID !== dead.ID) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(path: string, id: string): Promise<void> {
  const holder = await readLock(path).catch(() => undefined);
  if (holder?.ID === id) await rm(path, { force: true }).catch(() => undefined);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${String(process.getuid?.() ?? '?')}`;
  }
}

function heldBy(holder: LockFile): DiagnosticError {
  return new DiagnosticError([
    {
      severity: 'error',
      code: 'state-locked',
      summary: `The state is locked by ${holder.Who} (${holder.Operation}, process ${holder.pid}, since ${holder.Created}).`,
      detail: `Lock ID: ${holder.ID}`,
      next: 'Wait for that run to end, or give --lock-timeout.',
    },
  ]);
}
