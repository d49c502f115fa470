import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { defined, errorCode } from '../model/index.js';
import type { LockInfo, LockRequest } from './store.js';

/** What a lock's `Info` holds, as JSON: how another run finds out whether its holder still lives. */
export interface HolderInfo {
  /** The machine, as precisely as it can be told (see `thisMachine`). */
  readonly machine: string;
  readonly pid: number;
  /** How long the lease is, in milliseconds, counted from its last renewal; absent where the backend can't renew. */
  readonly leaseMs?: number;
}

/**
 * The locks that this process holds or tries to take. One of this process's id that is not among them is left from another
 * time: in containers every run has the same id.
 */
const ours = new Set<string>();

/**
 * Describes the holder of a new lock.
 * @param about.leaseMs absent where the backend has no leases
 * @param about.idOf makes the lock's ID; a random one where absent
 */
export function newHolder(
  { operation, holder }: LockRequest,
  about: {
    readonly toolVersion: string;
    readonly now: () => Date;
    readonly leaseMs?: number;
    readonly idOf?: (info: HolderInfo) => string;
  },
): LockInfo {
  const info: HolderInfo = {
    machine: thisMachine(),
    pid: process.pid,
    ...holder,
    ...defined({ leaseMs: about.leaseMs }),
  };
  const mine: LockInfo = {
    ID: about.idOf?.(info) ?? randomUUID(),
    Operation: operation,
    Info: JSON.stringify(info),
    Who: `${userName()}@${hostname()}`,
    Version: about.toolVersion,
    Created: about.now().toISOString(),
  };
  if (holder === undefined) ours.add(mine.ID);
  return mine;
}

/** Says that this process does not hold a lock any more, nor tries to. */
export function forgetHolder(id: string): void {
  ours.delete(id);
}

/** Reads a lock's `Info`; `undefined` where another program wrote it (Terraform leaves it empty). */
export function holderInfo({ Info }: LockInfo): HolderInfo | undefined {
  try {
    const json: unknown = JSON.parse(Info);
    if (typeof json !== 'object' || json === null) return undefined;
    const { machine, pid, leaseMs }: Partial<Record<string, unknown>> = { ...json };
    if (typeof machine !== 'string' || typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) {
      return undefined;
    }
    return typeof leaseMs === 'number' && leaseMs > 0 ? { machine, pid, leaseMs } : { machine, pid };
  } catch {
    return undefined;
  }
}

/** Whether a holder is gone for certain: its process ran on this machine, and is no more. Of other machines nothing is known. */
export function isGone(holder: LockInfo): boolean {
  const info = holderInfo(holder);
  if (info?.machine !== thisMachine()) return false;
  return info.pid === process.pid ? !ours.has(holder.ID) : !isAlive(info.pid);
}

/** Whether a lease has run out, by the backend's own clock: those of two machines may be hours apart. */
export function isRunOut(holder: LockInfo, sinceRenewalMs: number): boolean {
  const leaseMs = holderInfo(holder)?.leaseMs;
  return leaseMs !== undefined && sinceRenewalMs > leaseMs;
}

/** Checks that something a backend keeps is a lock's description. */
export function isLockInfo(json: unknown): json is LockInfo {
  if (typeof json !== 'object' || json === null) return false;
  const fields: Partial<Record<string, unknown>> = { ...json };
  return ['ID', 'Operation', 'Info', 'Who', 'Version', 'Created'].every(
    (key) => typeof fields[key] === 'string',
  );
}

/** How people are told about a holder: `eve@host (apply, process 12, since …)`. */
export function describeHolder(holder: LockInfo): string {
  const pid = holderInfo(holder)?.pid;
  const parts = [
    holder.Operation,
    ...(pid === undefined ? [] : [`process ${pid}`]),
    `since ${holder.Created}`,
  ];
  return `${holder.Who} (${parts.join(', ')})`;
}

let machine: string | undefined;

/**
 * Names this machine so that a process id means the same process for all that have this name. Host names repeat among
 * containers, so on Linux the boot and the process namespace are in it.
 */
function thisMachine(): string {
  machine ??= [hostname(), ...procFacts()].join(' ');
  return machine;
}

function procFacts(): readonly string[] {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return [boot, readlinkSync('/proc/self/ns/pid')];
  } catch {
    return [];
  }
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
