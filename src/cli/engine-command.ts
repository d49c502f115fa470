import type { Config } from '@oclif/core/config';
import type { ReportDocument } from '../report/index.js';
import { CliCommand } from './command.js';
import { EXIT } from './exit.js';
import { reportFailure } from './failure.js';
import { interruption } from './interruption.js';
import { openRun } from './run.js';
import type { CliRun, OpenRun } from './run.js';
import { toolVersion } from './version.js';

/** A command that works with the engine: it has a run, ends at signals, and reports its own errors. */
export abstract class EngineCommand extends CliCommand {
  /** The kind of document that it prints; an error is printed as one, too. */
  static readonly document: ReportDocument['kind'] = 'error';
  /** Whether a first signal waits for what is in flight: where something is written. */
  static readonly finishesInFlight: boolean = false;
  /** Whether signals are for a child process. */
  static readonly leavesSignals: boolean = false;
  /** What is printed when the first signal comes. */
  static readonly stopMessage: string =
    'Stopping: what is in flight is finished and recorded. Press Ctrl-C again to stop at once.\n';

  readonly #run: OpenRun;
  readonly #stop = new AbortController();

  constructor(argv: string[], config: Config) {
    super(argv, config);
    this.#run = openRun({
      ...this.invocation,
      signal: this.#stop.signal,
      version: toolVersion(),
      command: this.ctor.id.replaceAll(':', ' '),
    });
  }

  /** What the command works with. */
  protected get cli(): CliRun {
    return this.#run;
  }

  protected override get ctor(): typeof EngineCommand {
    return this.constructor as typeof EngineCommand;
  }

  protected override async _run<T>(): Promise<T> {
    const interrupted = interruption(this.ctor, this.#run, this.#stop, (error) => {
      this.#report(error);
    });
    try {
      return await Promise.race([super._run<T>(), interrupted.ended]);
    } finally {
      interrupted.release();
      this.#run.close();
      // What an interrupted command is still doing ends here.
      this.#stop.abort();
    }
  }

  protected override catch(error: Error): Promise<never> {
    this.#report(error);
    this.exit(EXIT.error);
  }

  #report(error: unknown): void {
    const { ctor, invocation } = this;
    reportFailure({ error, command: ctor, document: ctor.document, argv: invocation.argv }, this.#run);
  }
}
