import type {
  BackendFields,
  BackendLanguage,
  BackendPlace,
  Field,
  RunScope,
  SourceRange,
} from '../model/index.js';
import type { StateStore } from './store.js';

/** A kind of place that can keep a state. Each lives in a folder of its own, and has one line in `registry.ts`. */
export interface BackendDefinition extends BackendLanguage {
  /** The variables that hold credentials for it: masked from the start. */
  readonly credentials: readonly string[];
  /**
   * Opens the store. What it needs is loaded now; nothing is read, and nothing is connected, before the store is used.
   * @throws DiagnosticError with all that is wrong with its settings
   */
  open(settings: BackendSettings, run: BackendRun): Promise<StateStore>;
  /**
   * Where a fingerprint key may be kept beside the state; absent where the backend is not a local file.
   * @returns `undefined` where the settings do not tell
   */
  keyFile?(fields: BackendFields): string | undefined;
  /**
   * Checks that the state is not kept where an earlier version, or another folder, would have put it. Reads names, no state.
   * @throws DiagnosticError that says how to move it
   */
  checkPlace?(fields: BackendFields, place: BackendPlace & { readonly cwd: string }): Promise<void>;
}

/** The settings of one state, with their values read. */
export interface BackendSettings {
  readonly stack: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** How long a lock outlives its holder, in milliseconds; the backend's default where absent. */
  readonly leaseMs?: number;
  /** Where the configuration has them. */
  readonly range?: SourceRange;
}

/** The run that a store is opened for. */
export interface BackendRun extends RunScope {
  /** Written into locks. */
  readonly toolVersion: string;
}

/** What every store is made with. */
export interface StoreOptions {
  readonly stack: string;
  /** Written into locks. */
  readonly toolVersion: string;
  readonly now: () => Date;
  /** How long a lock outlives its holder, in milliseconds; a minute where absent. */
  readonly leaseMs?: number;
}

/** Takes the options of a store from the settings and the run. */
export function storeOptions(
  { stack, leaseMs }: BackendSettings,
  { toolVersion, now }: BackendRun,
): StoreOptions {
  return leaseMs === undefined ? { stack, toolVersion, now } : { stack, toolVersion, now, leaseMs };
}
