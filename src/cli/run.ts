import { defined } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import { credentialVariables, openMasker, readStandardInput } from '../engine/index.js';
import type { Masker, RunContext, StateHooks } from '../engine/index.js';
import { diagnosticsText, printable } from '../report/index.js';
import type { Format, ReportDocument } from '../report/index.js';
import { askApproval, askingObstacle } from './approval.js';
import type { Io } from './io.js';
import { openLog } from './log.js';
import type { Log } from './log.js';
import type { Terminal } from './terminal.js';

/** What a command works with. */
export interface CliRun {
  readonly io: Io;
  readonly terminal: Terminal;
  /** Aborted by the first signal, where the command finishes what is in flight. */
  readonly signal: AbortSignal;
  /**
   * The context of the engine.
   * @throws DiagnosticError where the log file cannot be written
   */
  readonly context: (flags: ContextFlags) => RunContext;
  /** Writes diagnostics to stderr; each of them once. */
  readonly report: (diagnostics: readonly Diagnostic[]) => void;
  /** Reports the diagnostics of a document, and renders it in the chosen format. */
  readonly render: (document: ReportDocument) => void;
  /** Whether the chosen format is the one for people. */
  readonly isForPeople: boolean;
  /** Why nobody can be asked; `undefined` where somebody can. */
  readonly askingObstacle: (noInput: boolean) => string | undefined;
  /** Asks for approval. */
  readonly ask: () => Promise<boolean>;
  /** Tells whom a run waits for. */
  readonly onWait: StateHooks['onWait'];
}

/** The flags that decide what a run may do. */
export interface ContextFlags {
  readonly 'log-file'?: string | undefined;
  readonly 'allow-exec'?: boolean;
}

/** What a run is opened with. */
export interface RunSetup {
  readonly io: Io;
  readonly terminal: Terminal;
  readonly format: Format;
  readonly signal: AbortSignal;
  readonly version: string;
  /** The words of the command. */
  readonly command: string;
}

/** A run as those see it who start it. */
export interface OpenRun extends CliRun {
  /** The mask of this run. */
  readonly mask: Masker;
  /** Notes something in the log, where one is open. */
  readonly note: (message: string) => void;
  readonly close: () => void;
}

/** Opens a run. */
export function openRun(setup: RunSetup): OpenRun {
  const { io, terminal, format, signal } = setup;
  const mask = openMasker();
  const reported = new Set<Diagnostic>();
  const renderer = format.open(terminal);
  for (const name of credentialVariables(io.extensions)) mask.addText(io.env[name] ?? '');
  let log: Log = { close: () => undefined };
  const report = (diagnostics: readonly Diagnostic[]): void => {
    const fresh = diagnostics.filter((diagnostic) => !reported.has(diagnostic));
    for (const diagnostic of fresh) reported.add(diagnostic);
    terminal.err(diagnosticsText(fresh, terminal.errStyle));
  };
  return {
    io,
    terminal,
    mask,
    signal,
    report,
    render: (document) => {
      // What is wrong with a plan comes after it, where people look.
      const isFirst = document.kind === 'plan' || document.kind === 'drift' || isPlanEvent(document);
      if (isFirst) renderer.render(document);
      report(diagnosticsIn(document));
      if (!isFirst) renderer.render(document);
    },
    isForPeople: format.name === 'human',
    context: (flags) => {
      log = openLog(io, terminal.err, flags['log-file']);
      log.note?.([`secrets ${setup.version}`, setup.command, io.runtime ?? 'unknown runtime'].join(', '));
      return contextOf(setup, mask, flags, log);
    },
    askingObstacle: (noInput) => askingObstacle(terminal, io.env, noInput),
    ask: () => askApproval(io.stdin, terminal.err, signal),
    onWait: ({ Who, Created, Operation }) => {
      const holder = `${Who}, who has held the lock since ${Created} (${Operation})`;
      terminal.err(`Waiting for ${printable(holder)}.\n`);
    },
    note: (message) => log.note?.(message),
    close: () => {
      terminal.close();
      log.close();
    },
  };
}

function isPlanEvent(document: ReportDocument): boolean {
  return document.kind === 'apply' && document.event === 'plan';
}

function diagnosticsIn(document: ReportDocument): readonly Diagnostic[] {
  if (document.kind !== 'apply') return document.diagnostics;
  switch (document.event) {
    case 'plan':
      return document.plan.diagnostics;
    case 'outcome':
      return [];
    case 'end':
      return document.diagnostics;
  }
}

function contextOf(
  { io, terminal, signal, version }: RunSetup,
  mask: Masker,
  flags: ContextFlags,
  log: Log,
): RunContext {
  let reading: Promise<Uint8Array> | undefined;
  return {
    cwd: io.cwd,
    env: io.env,
    signal,
    progress: terminal.progress,
    now: io.now,
    toolVersion: version,
    allowExec: flags['allow-exec'] === true || io.env['SECRETS_ALLOW_EXEC'] === '1',
    // Several values may come from standard input, which can be read once.
    readStdin: () => (reading ??= readStandardInput(io.stdin)),
    mask,
    ...defined({ log: log.note, extensions: io.extensions }),
  };
}
