import type { StateChangeResult, StateHooks } from '../engine/index.js';
import type { Diagnostic } from '../model/index.js';
import { printable, stateDocument, stateEditText } from '../report/index.js';
import { SecretsCommand } from './command.js';
import { EXIT, exitCode } from './exit.js';
import type { Terminal } from './terminal.js';

/** Says for whom a run waits. */
export function sayWaiting(terminal: Terminal): StateHooks['onWait'] {
  return (holder) => {
    const who = `${holder.Who}, who holds the lock since ${holder.Created} (${holder.Operation})`;
    terminal.err(`Waiting for ${printable(who)}.\n`);
  };
}

/** What the commands that work on the state share: how their results and their errors are shown. */
export abstract class StateCommand extends SecretsCommand {
  /** Shows what was done. */
  protected showChanges(result: StateChangeResult, json: boolean): number {
    this.report(result.diagnostics);
    const { status, diagnostics, changes } = result;
    if (json) this.terminal.out(stateDocument(status, diagnostics, { changes }));
    else
      for (const change of changes) this.terminal.out(`${stateEditText(change, this.terminal.outStyle)}\n`);
    return exitCode(status);
  }

  /** Ends with problems that were found before anything was done. */
  protected refuse(diagnostics: readonly Diagnostic[], json: boolean): number {
    this.report(diagnostics);
    if (json) this.terminal.out(stateDocument('error', diagnostics));
    return EXIT.error;
  }

  protected override renderError(diagnostics: readonly Diagnostic[]): string | undefined {
    return this.argv.includes('--json') ? stateDocument('error', diagnostics) : undefined;
  }
}
