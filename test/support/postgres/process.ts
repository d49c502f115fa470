import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { promisify } from 'node:util';

import type { Binaries } from './binaries.js';

/** The user that a server runs as: PostgreSQL refuses root, so root hands over to `postgres` or `nobody`. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/** Finds that user; for anyone but root it is the present one. */
export function runAs(): RunAs {
  if (process.getuid?.() !== 0) return {};
  for (const user of ['postgres', 'nobody']) {
    try {
      const number = (flag: string): number =>
        Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: number('-u'), gid: number('-g') };
    } catch {
      // Not on this machine: the next one.
    }
  }
  return {};
}

/**
 * A port below those that the system hands out by itself, so that no other test gets it by chance. Another program may have it:
 * whoever starts a server on it must try again with the next one.
 */
export function somePort(): number {
  return randomInt(15_000, 32_000);
}

/** The environment of a server's programs: no PG* variable of the caller may steer them. */
export function environment(binaries: Binaries): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('PG') && !name.startsWith('LC_'),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    ...(binaries.libraries.length > 0 ? { LD_LIBRARY_PATH: binaries.libraries.join(':') } : {}),
  };
}

/** Creates a data directory: superuser `postgres`, UTF-8, trust on loopback, nothing synced to disk. */
export async function initialise(binaries: Binaries, data: string, user: RunAs): Promise<void> {
  const flags = [
    '--username=postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ];
  await promisify(execFile)(binaries.initdb, ['-D', data, ...flags], {
    ...user,
    cwd: '/',
    env: environment(binaries),
  });
}

/**
 * The keeper: a shell that starts the server in the background and waits for the end of its own input, which is a pipe
 * that only the test process holds. However that process ends (finished, crashed, killed), the pipe closes, and the keeper
 * stops the server and removes its folder. It ignores Ctrl-C, so that the pipe alone decides.
 */
const KEEPER = `
trap '' INT TERM HUP
folder=$1; log=$2; shift 2
"$@" >>"$log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT $server 2>/dev/null
wait $server
rm -rf "$folder"
`;

/** What `keep` gives: `stop` resolves when server, keeper and folder are gone. */
export interface Kept {
  stop(): Promise<void>;
}

/** Runs `postgres` with `flags` under a keeper. The server's output goes to `log`. */
export function keep(
  binaries: Binaries,
  folder: string,
  log: string,
  flags: readonly string[],
  user: RunAs,
): Kept {
  const child = spawn('/bin/sh', ['-c', KEEPER, 'keeper', folder, log, binaries.postgres, ...flags], {
    ...user,
    cwd: '/',
    detached: true,
    env: environment(binaries),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  // The test process may end while the server still runs: the pipe closes then.
  child.unref();
  const pipe = child.stdin;
  (pipe as unknown as { unref?: () => void }).unref?.();
  pipe.on('error', () => undefined);
  return {
    async stop(): Promise<void> {
      child.ref();
      pipe.end();
      await gone;
    },
  };
}
