import type { Diagnostic, StateData, Target } from '../model/index.js';

/** Who holds a lock, as every backend keeps it (the fields of Terraform's lock info). */
export interface LockInfo {
  readonly ID: string;
  readonly Operation: string;
  /** What another run needs to decide whether this one is still alive, as JSON (see `HolderInfo`). */
  readonly Info: string;
  /** `user@host`. */
  readonly Who: string;
  readonly Version: string;
  /** RFC 3339. */
  readonly Created: string;
}

/** A held lock. It is a lease: renewed as long as this process runs, and free for others some time after it ended. */
export interface Lock {
  readonly info: LockInfo;
  /**
   * Aborted when the lock is lost: this process was suspended for longer than its lease, or the lock was broken. Start
   * nothing new then; the backend refuses further writes of this run.
   */
  readonly lost: AbortSignal;
  /** Releases it. Never throws: where that fails, the request's `onUnreleased` is told. */
  release(): Promise<void>;
}

/** How to take a lock. */
export interface LockRequest {
  readonly operation: string;
  /** How long to wait for another holder, in milliseconds. */
  readonly timeoutMs: number;
  /** Called once when another run holds the lock. */
  readonly onWait: (holder: LockInfo) => void;
  /** Called where the lock could not be released, with what to say of it: others may find the state locked. */
  readonly onUnreleased?: (problem: Diagnostic) => void;
  readonly signal: AbortSignal;
  /** The holder; this process where absent. The lease of another holder is not renewed here. */
  readonly holder?: { readonly pid: number; readonly machine?: string };
}

/** Where a state is kept. */
export interface StateStore {
  /** Where it is, for people; no password in it. */
  readonly location: string;
  /** Warnings about its setup, for example that nothing is locked. */
  readonly warnings?: readonly Diagnostic[];
  /** The servers that it connects to when it is used, as it dials them; absent where it connects to nothing. */
  readonly hosts?: readonly Target[];
  /** Where a fingerprint key may be kept beside it; absent where the backend is not a local file. */
  readonly keyFile?: string;
  /**
   * The state; `undefined` where there is none yet.
   * @throws DiagnosticError where it cannot be reached, is damaged, of a newer version, or of another stack.
   */
  read(): Promise<StateData | undefined>;
  /**
   * Writes the state, if the stored serial still is `expectedSerial` (0: nothing is stored yet), of the same lineage, and,
   * where a lock is given, if that still holds. A write whose answer was lost is verified before it counts as failed.
   * @param next its serial is `expectedSerial + 1`
   * @param lock the one that this run holds; absent with `--no-lock`
   * @throws DiagnosticError where another run has written or taken over since, or it cannot be written.
   */
  write(next: StateData, expectedSerial: number, lock?: Lock): Promise<void>;
  /**
   * Takes the lock. An abandoned lock is taken over: at once where its holder ran on this host, else when its lease has run out.
   * @throws DiagnosticError where another run holds it, once the time to wait is over; it names the holder.
   */
  lock(request: LockRequest): Promise<Lock>;
  /**
   * Breaks a lock.
   * @param id the lock's ID, as the message about it says
   * @returns its holder
   * @throws DiagnosticError where there is no lock, or one with another ID
   */
  unlock(id: string): Promise<LockInfo>;
  /** Ends connections. Never throws. */
  close(): Promise<void>;
}
