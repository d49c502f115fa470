import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiagnosticError, errorCode } from '../model/index.js';
import type { Lock, LockInfo, LockRequest } from './store.js';

/** A lock as its file has it: who, and which process on which host. */
interface LockFile extends LockInfo {
  readonly pid: number;
  readonly host: string;
}

const POLL_MS = 250;

/**
 * The locks that this process holds. One of this process's id that is not among them is left from another time: in
 * containers every run has the same id.
 */
const held = new Set<string>();

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
    if (isDead(holder)) {
      if (!(await takeAway(path, holder, mine))) await sleep(POLL_MS / 10);
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
    try {
      await link(draft, path);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
    held.add(mine.ID);
    return true;
  } catch (error) {
    const code = errorCode(error) ?? 'unknown error';
    throw new DiagnosticError([
      {
        severity: 'error',
        code: 'state-lock',
        summary: `The lock ${path} cannot be written (${code}).`,
        next: 'Make room or give this user the right to write there.',
      },
    ]);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** The holder; `undefined` where the lock is gone by now. */
async function readLock(path: string): Promise<LockFile | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (isLockFile(json)) return json;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
  }
  throw new DiagnosticError([
    {
      severity: 'error',
      code: 'state-lock',
      summary: `The lock ${path} is there, but cannot be read.`,
      next: 'If no other run is under way, delete that file.',
    },
  ]);
}

function isLockFile(json: unknown): json is LockFile {
  if (typeof json !== 'object' || json === null) return false;
  const fields: Partial<Record<string, unknown>> = { ...json };
  const texts = ['ID', 'Operation', 'Who', 'Created', 'host'].map((key) => fields[key]);
  const { pid } = fields;
  return texts.every((one) => typeof one === 'string') && Number.isSafeInteger(pid) && Number(pid) > 0;
}

/**
 * Takes a dead holder's lock away. Of several runs that try, one at a time may, by a lock on this very taking; so nobody
 * takes away what another has put there meanwhile. One that dies while it does so is taken away in the same manner.
 * @returns whether the dead holder's lock is gone
 */
async function takeAway(path: string, dead: LockFile, mine: LockFile): Promise<boolean> {
  const taking = `${path}.${dead.ID}.taking`;
  if (await tryToCreate(taking, mine)) {
    try {
      const there = await readLock(path);
      if (there?.ID === dead.ID) await rm(path, { force: true });
    } finally {
      await rm(taking, { force: true });
    }
    return true;
  }
  const other = await readLock(taking);
  if (other !== undefined && isDead(other)) await takeAway(taking, other, mine);
  return false;
}

async function release(path: string, id: string): Promise<void> {
  const holder = await readLock(path).catch(() => undefined);
  if (holder?.ID === id) await rm(path, { force: true }).catch(() => undefined);
  held.delete(id);
}

/** Whether a holder is gone for certain. Of one on another host nothing is known. */
function isDead(holder: LockFile): boolean {
  if (holder.host !== hostname()) return false;
  return holder.pid === process.pid ? !held.has(holder.ID) : !isAlive(holder.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
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
