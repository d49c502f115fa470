import type { Diagnostic } from '../model/index.js';
import { failedDocument, printable } from '../report/index.js';
import type { ReportDocument } from '../report/index.js';
import { EXIT } from './exit.js';
import { outputChoice } from './format-choice.js';
import type { OutputChoice } from './format-choice.js';
import type { Io } from './io.js';
import type { OpenRun } from './run.js';
import { requestOf } from './table.js';
import type { Request } from './table.js';
import { openTerminal } from './terminal.js';
import type { Terminal } from './terminal.js';
import { possibleValues } from './typed.js';
import { diagnosticsOf } from './usage.js';
import type { Called } from './usage.js';
import { toolVersion } from './version.js';

/**
 * Runs one command line from beginning to end. Whatever goes wrong ends in a message and an exit code of the list.
 * @param argv the words after the program's name
 * @returns the exit code
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const choice = outputChoice(argv, io.extensions);
  const terminal = openTerminal(io, choice);
  const { commands } = await import('../commands/registry.js');
  const request = requestOf(argv, commands);
  if (choice.problems.length > 0) return refuse(argv, io, terminal, choice, choice.problems);
  switch (request.kind) {
    case 'version':
      terminal.out(`secrets ${toolVersion()}${io.runtime === undefined ? '' : ` (${io.runtime})`}\n`);
      return EXIT.ok;
    case 'help':
      terminal.out(await helpText(request.words, terminal, io));
      return EXIT.ok;
    case 'unknown':
      return refuse(argv, io, terminal, choice, [request.problem]);
    case 'command':
      return runCommand(request, argv, io, terminal, choice);
  }
}

/** The help of these words, which name a command or a topic, or are none. */
async function helpText(words: readonly string[], terminal: Terminal, io: Io): Promise<string> {
  const [{ commands: table }, help] = await Promise.all([
    import('../commands/registry.js'),
    import('./help.js'),
  ]);
  const layout = { style: terminal.outStyle, width: Math.min(io.stdout.columns ?? 100, 100) };
  const name = words.join(' ');
  const entry = table.commands.find((candidate) => candidate.name === name);
  if (entry !== undefined) return help.commandText(entry, await entry.load(), layout);
  const topic = table.topics.find((candidate) => candidate.name === name);
  return topic === undefined ? help.overviewText(table, layout) : help.topicText(topic, table, layout);
}

/** Ends a command line that names no command. */
async function refuse(
  argv: readonly string[],
  io: Io,
  terminal: Terminal,
  { format }: OutputChoice,
  problems: readonly Diagnostic[],
): Promise<number> {
  const { openRun } = await import('./run.js');
  const signal = new AbortController().signal;
  const run = openRun({ io, terminal, format, signal, version: toolVersion(), command: '' });
  for (const text of possibleValues(argv)) run.mask.addText(text);
  run.render(failedDocument('error', problems));
  run.close();
  return EXIT.error;
}

async function runCommand(
  { entry, argv: own }: Extract<Request, { kind: 'command' }>,
  argv: readonly string[],
  io: Io,
  terminal: Terminal,
  { format }: OutputChoice,
): Promise<number> {
  const [command, { openRun }] = await Promise.all([entry.load(), import('./run.js')]);
  const called: Called = { name: entry.name, command };
  const stop = new AbortController();
  const setup = { io, terminal, format, signal: stop.signal, version: toolVersion(), command: entry.name };
  const run = openRun(setup);
  const fail = (error: unknown): number => failed(error, called, argv, run);
  const interruption = subscribe(called, run, stop, fail);
  try {
    return await Promise.race([command.run(own, run).catch(fail), interruption.ended]);
  } finally {
    interruption.release();
    run.close();
    // What an interrupted command is still doing ends here.
    stop.abort();
  }
}

/** Reports an error that ended a command. */
function failed(error: unknown, called: Called, argv: readonly string[], run: OpenRun): number {
  const diagnostics = diagnosticsOf(error, called);
  if (diagnostics.some(({ code }) => code === 'usage')) {
    for (const text of possibleValues(argv)) run.mask.addText(text);
  }
  run.note(`ended by an error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  run.terminal.endProgress();
  run.render(failedDocument(kindOf(called), diagnostics));
  return EXIT.error;
}

function kindOf({ command }: Called): ReportDocument['kind'] {
  return command.document;
}

/** Ends a command from outside: the second signal, or the first where it may stop anywhere; or an error that nothing caught. */
function subscribe(
  { command }: Called,
  run: OpenRun,
  stop: AbortController,
  fail: (error: unknown) => number,
): { readonly ended: Promise<number>; readonly release: () => void } {
  const { io } = run;
  const releases: (() => void)[] = [];
  const ended = new Promise<number>((resolve) => {
    const onSignal = (): void => {
      if (stop.signal.aborted || command.finishesInFlight !== true) {
        resolve(EXIT.interrupted);
        return;
      }
      stop.abort();
      run.terminal.err(command.stopMessage ?? STOPPING);
    };
    if (command.leavesSignals !== true) releases.push(io.signals(['SIGINT', 'SIGTERM'], onSignal));
    const onFault = (error: unknown): void => {
      resolve(fail(error));
    };
    if (io.faults !== undefined) releases.push(io.faults(onFault));
    const onWarning = (message: string): void => {
      if (io.env['SECRETS_LOG'] === 'debug')
        run.terminal.err(`debug: warning: ${run.mask.text(printable(message))}\n`);
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

const STOPPING =
  'Stopping: what is in flight is finished and recorded. Press Ctrl-C again to stop at once.\n';
