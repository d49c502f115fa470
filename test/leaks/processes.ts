import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** A process that was seen. */
export interface Seen {
  readonly pid: number;
  /** All of its arguments, as everybody on the machine sees them. */
  readonly cmdline: string;
  /** Its variables, as `NAME=value`. */
  readonly environ: readonly string[];
}

/** Looks at a process and all that it starts, again and again. */
export interface Watch {
  /** Ends it. Gives each process of each program that was seen, by the last look. */
  readonly end: () => Promise<readonly Seen[]>;
}

/** Starts to watch a process and its children (Linux: `/proc`). */
export function watchProcesses(root: number): Watch {
  const seen = new Map<string, Seen>();
  const over = new AbortController();
  const look = async (): Promise<void> => {
    for (const pid of await familyOf(root)) {
      const cmdline = await contentOf(pid, 'cmdline');
      const environ = await contentOf(pid, 'environ');
      // It may have become another program between the two looks, or be about to end: then nothing is left of its variables.
      if (cmdline === '' || environ === '' || cmdline !== (await contentOf(pid, 'cmdline'))) continue;
      seen.set(`${String(pid)} ${cmdline}`, { pid, cmdline, environ: environ.split('\0') });
    }
  };
  const looking = (async () => {
    while (!over.signal.aborted) {
      await look();
      await pause(10);
    }
  })();
  return {
    async end() {
      over.abort();
      await looking;
      return [...seen.values()];
    },
  };
}

/** A file of a process; nothing where the process is gone. */
function contentOf(pid: number, name: string): Promise<string> {
  return readFile(`/proc/${String(pid)}/${name}`, 'utf8').catch(() => '');
}

async function familyOf(root: number): Promise<ReadonlySet<number>> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const parents = await Promise.all(
    pids.map(async (pid) => {
      // `PID (NAME) STATE PARENT …`: the name may hold anything, parentheses too.
      const stat = await contentOf(pid, 'stat');
      return [pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const;
    }),
  );
  const family = new Set([root]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return family;
}
