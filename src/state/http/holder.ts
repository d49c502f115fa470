import { createHash, randomBytes } from 'node:crypto';
import { holderInfo, isGone, isRunOut } from '../holder.js';
import type { HolderInfo } from '../holder.js';
import type { LockInfo } from '../store.js';

/*
 * What can be known of a lock's holder from what a server says of it.
 *
 * Servers differ in what they keep. The plain ones keep the lock's description as it was sent, and give it back. GitLab keeps
 * the ID alone: to whom it refuses the lock it names the holder's ID, the GitLab user and the time, but fills in Operation,
 * Info and Version from that very request (GitLab's terraform state API). Believed, such an Info would make the holder a
 * process of the one who asks: he would look for his own process id, and take a living lock for a dead one, or the reverse.
 *
 * So the ID itself says whose it is, and an Info is believed only where it agrees with its ID. The ID is a UUID of version 8
 * (RFC 9562: the rest is the maker's own), since some servers take nothing else: 48 bits of a hash of the machine's name, 32
 * bits of process id, 42 random bits.
 *
 * A lease is `leaseMs` and `renewed` in Info. `renewed` is the server's `Date`, and is compared with another `Date` of the
 * same server: no clock of ours comes into it. A `Date` has whole seconds, rounded down: the difference of two can be one
 * second too long, which is counted in the holder's favour.
 */

/** How far the difference of two `Date` headers may exceed the time that has passed. */
const DATE_ERROR_MS = 1000;

/** What stands for a word that the server does not tell. */
const UNTOLD = 'unknown';

/** Makes the ID of a new lock; it says whose it is, see above. */
export function lockIdOf({ machine, pid }: HolderInfo): string {
  const bytes = randomBytes(16);
  machineHash(machine).copy(bytes, 0);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  bytes.writeUInt32BE(pid % 2 ** 32, 9);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Whether a lock of this ID was made by this process of this machine, as far as the ID tells. */
function isIdOf(id: string, { machine, pid }: HolderInfo): boolean {
  return pidOf(id, machine) === pid;
}

/** The process that made an ID, if it was made on that machine. */
function pidOf(id: string, machine: string): number | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) return undefined;
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  return machineHash(machine).equals(bytes.subarray(0, 6)) ? bytes.readUInt32BE(9) : undefined;
}

function machineHash(machine: string): Buffer {
  return createHash('sha256').update(machine).digest().subarray(0, 6);
}

/** A holder as a server described it. */
export interface FoundHolder {
  /** What the server said, to the letter: it wants this back when the lock is broken. */
  readonly raw: string;
  /** What of it can be believed, for people and for judging whether it lives. */
  readonly holder: LockInfo;
}

/**
 * Reads a server's answer to who may not have the lock.
 * @param mine the lock that was asked for
 * @returns `undefined` where it does not name a holder
 */
export function foundHolder(body: string, mine: LockInfo): FoundHolder | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const fields: Partial<Record<string, unknown>> = { ...json };
  const text = (key: keyof LockInfo): string => {
    const value = fields[key];
    return typeof value === 'string' && value !== '' ? value : UNTOLD;
  };
  const ID = text('ID');
  if (ID === UNTOLD) return undefined;
  const Info = typeof fields['Info'] === 'string' ? fields['Info'] : '';
  const told = { ID, Operation: text('Operation'), Info, Who: text('Who'), Version: text('Version') };
  return { raw: body, holder: believed({ ...told, Created: text('Created') }, mine) };
}

function believed(told: LockInfo, mine: LockInfo): LockInfo {
  const info = holderInfo(told);
  if (told.ID === mine.ID || (info !== undefined && isIdOf(told.ID, info))) return told;
  // What was sent comes back under another's ID: none of it is about the holder.
  const isEcho = info !== undefined && told.Info === mine.Info;
  const here = holderInfo(mine)?.machine;
  const pid = here === undefined ? undefined : pidOf(told.ID, here);
  return {
    ...told,
    ...(isEcho ? { Operation: UNTOLD, Version: UNTOLD } : {}),
    Info: here === undefined || pid === undefined ? '' : JSON.stringify({ machine: here, pid }),
  };
}

/** A lock's description with a lease that was renewed at a time of the server's clock. */
export function withLease(mine: LockInfo, leaseMs: number, renewedMs: number): LockInfo {
  const info = { ...holderInfo(mine), leaseMs, renewed: new Date(renewedMs).toISOString() };
  return { ...mine, Info: JSON.stringify(info) };
}

/**
 * Whether nobody holds a lock any more: its holder's process is gone from this machine, or its lease has run out.
 * @param dateMs the `Date` of the answer that named it
 */
export function isAbandonedLock(holder: LockInfo, dateMs: number | undefined): boolean {
  if (isGone(holder)) return true;
  const renewedMs = renewedAt(holder);
  if (renewedMs === undefined || dateMs === undefined) return false;
  return isRunOut(holder, dateMs - renewedMs - DATE_ERROR_MS);
}

function renewedAt({ Info }: LockInfo): number | undefined {
  try {
    const json: unknown = JSON.parse(Info);
    const { renewed }: { readonly renewed?: unknown } = { ...(json as object | null) };
    const at = typeof renewed === 'string' ? Date.parse(renewed) : NaN;
    return Number.isNaN(at) ? undefined : at;
  } catch {
    return undefined;
  }
}
