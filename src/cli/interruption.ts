import { ExitError } from '@oclif/core/errors';
import { printable } from '../report/index.js';
import { EXIT } from './exit.js';
import type { OpenRun } from './run.js';

/** How a command takes signals. */
interface SignalRules {
  readonly finishesInFlight: boolean;
  readonly leavesSignals: boolean;
  readonly stopMessage: string;
}

/** The end of a command from outside. */
interface Interruption {
  /** Rejects with an ExitError at the second signal, or the first where the command may stop anywhere; or at an error that nothing caught. */
  readonly ended: Promise<never>;
  /** Listens no more. */
  readonly release: () => void;
}

/**
 * Listens for what ends a command from outside.
 * @param stop aborted by the first signal, where the command finishes what is in flight
 * @param report reports an error
 */
export function interruption(
  rules: SignalRules,
  run: OpenRun,
  stop: AbortController,
  report: (error: unknown) => void,
): Interruption {
  const { io } = run;
  const releases: (() => void)[] = [];
  const ended = new Promise<never>((_, reject) => {
    const onSignal = (): void => {
      if (stop.signal.aborted || !rules.finishesInFlight) {
        reject(new ExitError(EXIT.interrupted));
        return;
      }
      stop.abort();
      run.terminal.err(rules.stopMessage);
    };
    if (!rules.leavesSignals) releases.push(io.signals(['SIGINT', 'SIGTERM', 'SIGHUP'], onSignal));
    const onFault = (error: unknown): void => {
      report(error);
      reject(new ExitError(EXIT.error));
    };
    if (io.faults !== undefined) releases.push(io.faults(onFault));
    const onWarning = (message: string): void => {
      if (io.env['SECRETS_LOG'] === 'debug')
        run.terminal.err(`debug: warning: ${printable(run.mask.outside(message))}\n`);
    };
    if (io.warnings !== undefined) releases.push(io.warnings(onWarning));
  });
  return {
    ended,
    release: () => {
      for (const release of releases) release();
    },
  };
}
