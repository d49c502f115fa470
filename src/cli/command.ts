import { Command, Errors } from '@oclif/core';
import type { Diagnostic } from '../model/index.js';
import { DiagnosticError, defined } from '../model/index.js';
import type { RunContext } from '../engine/index.js';
import { diagnosticsText } from '../report/index.js';
import { EXIT } from './exit.js';
import { commonFlags } from './flags.js';
import { openLog } from './log.js';
import type { Log } from './log.js';
import { readStdin } from './stdin.js';
import { openTerminal, protect } from './terminal.js';
import type { Terminal } from './terminal.js';
import { protectTyped } from './typed.js';

/**
 * What every command shares: the terminal, the context of a run, and how an error becomes a message and an exit code.
 * Commands parse, call and render; they set `process.exitCode` by returning it from `work`.
 */
export abstract class SecretsCommand extends Command {
  static override baseFlags = commonFlags;

  protected terminal: Terminal = openTerminal({ noColor: this.argv.includes('--no-color') });
  readonly #stop = new AbortController();
  #log: Log = { close: () => undefined };

  /** Does the command's work and gives its exit code. */
  protected abstract work(): Promise<number>;

  /** What to print on stdout when the run ends by an error that is thrown; a document, with `--json`. */
  protected abstract renderError(diagnostics: readonly Diagnostic[]): string | undefined;

  /** Whether stopping must wait for what is in flight: only where something is written. */
  protected readonly finishesInFlight: boolean = false;

  /** Whether signals are for this process: not where they are passed on to a child. */
  protected readonly takesSignals: boolean = true;

  /** What is said when the first signal comes. */
  protected readonly stopMessage: string =
    'Stopping: what is in flight is finished and kept. Press Ctrl-C again to stop at once.\n';

  override async run(): Promise<void> {
    const { credentialVariables } = await import('../engine/extensions.js');
    for (const name of credentialVariables()) protect(process.env[name]);
    const release = this.takesSignals ? this.#handleSignals() : () => undefined;
    try {
      process.exitCode = await this.work();
    } finally {
      release();
      this.terminal.endProgress();
      this.#log.close();
    }
  }

  override catch(error: Error): Promise<void> {
    this.terminal.endProgress();
    // `--help` inside the parser, and the like: oclif's own way to leave.
    if (error instanceof Errors.ExitError) throw error;
    const diagnostics = error instanceof DiagnosticError ? error.diagnostics : [asDiagnostic(error, this.id)];
    if (diagnostics.some(({ code }) => code === 'usage')) protectTyped(this.argv);
    this.#log.note?.(`ended by an error: ${error.stack ?? error.message}`);
    this.report(diagnostics);
    const rendered = this.renderError(diagnostics);
    if (rendered !== undefined) this.terminal.out(rendered);
    process.exitCode = EXIT.error;
    return Promise.resolve();
  }

  /** The context of a run in this process, as the flags want it. */
  protected context(flags: {
    readonly 'log-file'?: string | undefined;
    readonly 'allow-exec'?: boolean;
  }): RunContext {
    this.#log = openLog(this.terminal, process.env, flags['log-file']);
    this.#log.note?.(`secrets ${this.config.version}, ${this.id ?? ''}, Node ${process.version}`);
    const { note } = this.#log;
    return {
      cwd: process.cwd(),
      env: process.env,
      signal: this.#stop.signal,
      progress: (message) => {
        this.terminal.progress(message);
      },
      now: () => new Date(),
      toolVersion: this.config.version,
      allowExec: flags['allow-exec'] === true || process.env['SECRETS_ALLOW_EXEC'] === '1',
      readStdin,
      ...defined({ log: note }),
    };
  }

  /** Writes problems to stderr. */
  protected report(diagnostics: readonly Diagnostic[]): void {
    const text = diagnosticsText(diagnostics, this.terminal.errStyle);
    if (text !== '') this.terminal.err(text);
  }

  /** The first signal stops politely, the second at once. */
  #handleSignals(): () => void {
    const onSignal = (): void => {
      if (this.#stop.signal.aborted || !this.finishesInFlight) {
        this.terminal.endProgress();
        process.exit(EXIT.interrupted);
      }
      this.#stop.abort();
      this.terminal.err(this.stopMessage);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    return () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    };
  }
}

/** What oclif puts before the message of a flag's own `parse`, whatever kind of error that raises. */
const FLAG_PARSING = /^Parsing --\S+ \n\t/;

/** An error that nobody foresaw, or one of the flag parser's, as a problem for people: never a stack trace. */
function asDiagnostic(error: Error, command: string | undefined): Diagnostic {
  const isUsage =
    error instanceof Errors.CLIError ||
    error.constructor.name.endsWith('ParserError') ||
    FLAG_PARSING.test(error.message);
  const [summary = 'unknown error', ...rest] = error.message.replace(FLAG_PARSING, '').split('\n');
  const detail = rest.filter((line) => line.trim() !== '' && !line.startsWith('See more help')).join('\n');
  return {
    severity: 'error',
    code: isUsage ? 'usage' : 'unexpected',
    summary,
    ...(detail === '' ? {} : { detail }),
    next: isUsage
      ? `Run: secrets ${(command ?? '').replace(/:/g, ' ')} --help`
      : 'This is a defect of secrets: nothing else was done. Please report it, with the command that you ran.',
  };
}
