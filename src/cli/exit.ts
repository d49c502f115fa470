import type { RunStatus } from '../engine/index.js';

/** The exit codes, as the README lists them. */
export const EXIT = {
  /** Done; for `plan --detailed-exitcode` and `drift`: nothing differs. */
  ok: 0,
  /** An error, or a plan that is refused. */
  error: 1,
  /** `plan --detailed-exitcode`: changes; `drift`: drift. */
  different: 2,
  /** A system could not be reached. */
  unreachable: 3,
  /** Stopped by the second Ctrl-C. */
  interrupted: 130,
} as const;

/**
 * The exit code of a run.
 * @param differs whether there is something that the command reports by exit code 2
 */
export function exitCode(status: RunStatus, differs = false): number {
  switch (status) {
    case 'error':
      return EXIT.error;
    case 'unreachable':
      return EXIT.unreachable;
    case 'ok':
      return differs ? EXIT.different : EXIT.ok;
  }
}
