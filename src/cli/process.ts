import { userInfo } from 'node:os';
import { EXIT } from './exit.js';
import type { Io, Subscribe } from './io.js';

/** Runs the command line of this process, and sets its exit code. The one file that uses `process`. */
export async function runProcess(): Promise<void> {
  const { stdout, stderr } = process;
  const output: { fault?: string } = {};
  // What is in flight is finished whether anybody can read of it or not.
  const onFault = ({ code = 'unknown error' }: NodeJS.ErrnoException): void => {
    // `secrets plan | head` closes our stdout early, which is not an error.
    if (code !== 'EPIPE') output.fault ??= code;
  };
  listenAlone(stdout, onFault);
  listenAlone(stderr, () => undefined);
  const io = processIo();
  ensureAccount();
  // Packages that read these while they are loaded are loaded from here on.
  const { runCli } = await import('./main.js');
  const seen = { fault: false };
  const faults: Subscribe<unknown> = (listener) =>
    subscribeFaults((error) => {
      seen.fault = true;
      listener(error);
    });
  const ended = await runCli(process.argv.slice(2), { ...io, faults });
  // A stream tells of an error after the write.
  await new Promise((resolve) => setImmediate(resolve));
  const code = output.fault === undefined ? ended : EXIT.error;
  if (output.fault !== undefined) stderr.write(incomplete(output.fault));
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, exitWithoutWords);
  // There may be open handles that would keep the process alive.
  if (seen.fault || code === EXIT.interrupted) process.exit(code);
  process.exitCode = code;
}

/**
 * Gives packages a home folder and a shell where there are none: a user id without a passwd entry, as `runAsUser` in Kubernetes
 * makes it. The commands' own copy of the environment stays as it is.
 */
function ensureAccount(): void {
  try {
    userInfo();
  } catch {
    process.env['HOME'] ??= '/';
    process.env['SHELL'] ??= '';
  }
}

/** The Io of this process. */
function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  return {
    cwd: process.cwd(),
    env: { ...env },
    stdin,
    stdout,
    stderr,
    now: () => new Date(),
    signals: (names, listener) => {
      for (const name of names) process.on(name, listener);
      return () => {
        for (const name of names) process.off(name, listener);
      };
    },
    runtime: `Node ${process.version}, ${process.platform} ${process.arch}`,
    warnings: subscribeWarnings,
  };
}

const subscribeFaults: Subscribe<unknown> = (listener) => {
  process.on('uncaughtException', listener);
  process.on('unhandledRejection', listener);
  return () => {
    process.off('uncaughtException', listener);
    process.off('unhandledRejection', listener);
  };
};

const subscribeWarnings: Subscribe<string> = (listener) => {
  const onWarning = ({ message }: Error): void => {
    listener(message);
  };
  // Node's own listener would write to stderr directly.
  process.removeAllListeners('warning');
  process.on('warning', onWarning);
  return () => process.off('warning', onWarning);
};

/** The run is over, and with it its mask: what fails now is not printed, since its text may hold a value. */
function exitWithoutWords(): never {
  process.exit(EXIT.error);
}

/** Takes the errors of a stream. Oclif's own listener, which comes with its commands, would throw them. */
function listenAlone(stream: NodeJS.WriteStream, onError: (error: NodeJS.ErrnoException) => void): void {
  stream.on('error', onError);
  stream.on('newListener', (event: string, listener: () => void) => {
    if (event === 'error') queueMicrotask(() => stream.off('error', listener));
  });
}

function incomplete(fault: string): string {
  return `Error: The output cannot be written (${fault}): what was printed is incomplete. What was done counts, and is recorded.\n`;
}
