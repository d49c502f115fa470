import type { RunStatus } from '../engine/index.js';

/** The exit codes, as the README lists them. */
export const EXIT = {
  /** Done; for `plan --detailed-exitcode` and `drift`: nothing differs. */
  ok: 0,
  /** An error, or a plan that is refused. */
  error: 1,
  /** `plan --detailed-exitcode`: changes; `drift`: drift. */
  different: 2,
  /** Something could not be checked: a system was not reached, or an object's value is not visible to this identity. */
  unchecked: 3,
  /** Stopped by the second Ctrl-C. */
  interrupted: 130,
} as const;

/** What a run found besides how it ended. */
export interface Found {
  /** Something that the command reports by exit code 2. */
  readonly differs?: boolean;
  /** Something that could not be checked, where the command reports that. */
  readonly unchecked?: boolean;
}

/** The exit code of a run. What could not be checked comes before what differs: the rest may differ as well. */
export function exitCode(status: RunStatus, { differs = false, unchecked = false }: Found = {}): number {
  if (status === 'error') return EXIT.error;
  if (status === 'unreachable' || unchecked) return EXIT.unchecked;
  return differs ? EXIT.different : EXIT.ok;
}
