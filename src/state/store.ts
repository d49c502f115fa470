import type { Diagnostic, StateData } from '../model/index.js';

/** Who holds a lock, as every backend keeps it (the fields of Terraform's lock info). */
export interface LockInfo {
  readonly ID: string;
  readonly Operation: string;
  /** What another run needs to tell whether this one still lives, as JSON (see `HolderInfo`). */
  readonly Info: string;
  /** `user@host`. */
  readonly Who: string;
  readonly Version: string;
  /** RFC 3339. */
  readonly Created: string;
}

/** A held lock. It is a lease: kept alive as long as this process lives, and free for others some time after it died. */
export interface Lock {
  readonly info: LockInfo;
  /**
   * Aborted when the lock is not ours any more: this process slept through its lease and another one took over, or somebody
   * broke it. Start nothing new then; the backend takes no write of ours any more.
   */
  readonly lost: AbortSignal;
  /** Gives it back. Never throws: a lock that cannot be given back runs out. */
  release(): Promise<void>;
}

/** How to take a lock. */
export interface LockRequest {
  readonly operation: string;
  /** How long to wait for another holder, in milliseconds. */
  readonly timeoutMs: number;
  /** Called once when there is somebody to wait for. */
  readonly onWait: (holder: LockInfo) => void;
  readonly signal: AbortSignal;
  /** Who is to hold it; this process where absent. The lease of somebody else is not kept alive here. */
  readonly holder?: { readonly pid: number; readonly machine?: string };
}

/** Where a state is kept. */
export interface StateStore {
  /** Where it is, for people; no password in it. */
  readonly location: string;
  /** What people should know of the way it is set up: that nothing is locked, say. */
  readonly warnings?: readonly Diagnostic[];
  /** `host:port` of what it connects to when it is used; absent where it connects to nothing. */
  readonly hosts?: readonly string[];
  /** Where a fingerprint key may be kept beside it; absent where the backend is not a local file. */
  readonly keyFile?: string;
  /**
   * The state; `undefined` where there is none yet.
   * @throws DiagnosticError where it cannot be reached, is damaged, of a newer version, or of another stack.
   */
  read(): Promise<StateData | undefined>;
  /**
   * Writes the state, if the stored serial still is `expectedSerial` (0: nothing is stored yet), of the same lineage, and,
   * where a lock is given, if that still holds. A write whose answer was lost is looked for before it is called failed.
   * @param next its serial is `expectedSerial + 1`
   * @param lock the one that this run holds; absent with `--no-lock`
   * @throws DiagnosticError where somebody else has written or taken over since, or it cannot be written.
   */
  write(next: StateData, expectedSerial: number, lock?: Lock): Promise<void>;
  /**
   * Takes the lock. A holder that is dead is taken over: at once where it ran on this host, else when its lease has run out.
   * @throws DiagnosticError where somebody else holds it, once the time to wait is over; it names the holder.
   */
  lock(request: LockRequest): Promise<Lock>;
  /**
   * Breaks somebody's lock.
   * @param id the lock's ID, as the message about it says
   * @returns who held it
   * @throws DiagnosticError where there is no lock, or one of another ID
   */
  unlock(id: string): Promise<LockInfo>;
  /** Ends connections. Never throws. */
  close(): Promise<void>;
}
