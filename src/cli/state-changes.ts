import type { StateChangeResult } from '../engine/index.js';
import { exitCode } from './exit.js';
import type { CliRun } from './run.js';

/** Renders what a command did to the state. Returns the exit code. */
export function renderChanges({ status, diagnostics, changes }: StateChangeResult, run: CliRun): number {
  run.render({ kind: 'state', view: 'changes', status, diagnostics, changes });
  return exitCode(status);
}
