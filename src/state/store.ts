import type { StateData } from '../model/index.js';

/** Who holds a lock, as every backend keeps it (the fields of Terraform's lock info). */
export interface LockInfo {
  readonly ID: string;
  readonly Operation: string;
  readonly Info: string;
  /** `user@host`. */
  readonly Who: string;
  readonly Version: string;
  /** RFC 3339. */
  readonly Created: string;
}

/** A held lock. */
export interface Lock {
  readonly info: LockInfo;
  /** Gives it back. Never throws: a lock that cannot be removed is reported by the next run. */
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
}

/** Where a state is kept. */
export interface StateStore {
  /** Where it is, for people. */
  readonly location: string;
  /** Where a fingerprint key may be kept beside it; absent where the backend is not a local file. */
  readonly keyFile?: string;
  /**
   * The state; `undefined` where there is none yet.
   * @throws DiagnosticError where it is damaged, of a newer version, or of another stack.
   */
  read(): Promise<StateData | undefined>;
  /**
   * Writes the state whole, if the stored serial still is `expectedSerial` (0: nothing is stored yet).
   * @throws DiagnosticError where somebody else has written since, or it cannot be written.
   */
  write(next: StateData, expectedSerial: number): Promise<void>;
  /**
   * Takes the lock.
   * @throws DiagnosticError where somebody else holds it, once the time to wait is over; it names the holder.
   */
  lock(request: LockRequest): Promise<Lock>;
}
