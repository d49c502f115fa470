import { homedir } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { Sensitive, defined, problemError } from '../model/index.js';
import type { Environment, RunScope } from '../model/index.js';
import type { RunContext } from './context.js';
import { builtIn } from './extensions.js';
import { openMasker } from './mask.js';
import type { Extensions } from './extensions.js';

/** The scope of one run of a verb: what every part of the run uses, and what the engine alone adds. */
export interface EngineScope extends RunScope {
  /** Written into locks, states and plans. */
  readonly toolVersion: string;
  /** The providers, value sources and backends of the run. */
  readonly extensions: Extensions;
}

/** Makes the scope of one run from what its caller gives. A verb makes one, and hands it to everything that it calls. */
export function openScope(context: RunContext): EngineScope {
  const { env, signal, progress, now, toolVersion, log, mask, extensions = builtIn } = context;
  const cwd = resolve(context.cwd);
  const own = openMasker();
  const outside = mask?.outside ?? own.outside;
  const kept = new Map<object, unknown>();
  return {
    cwd,
    env,
    home: homeOf(env),
    now,
    signal,
    progress,
    toolVersion,
    extensions,
    ...defined({ log }),
    sensitive: (text) => {
      const value = new Sensitive(text);
      own.add(value);
      mask?.add(value);
      return value;
    },
    outside,
    once: <Kept>(key: object, make: () => Kept): Kept => {
      if (!kept.has(key)) kept.set(key, make());
      return kept.get(key) as Kept;
    },
    allowExec: context.allowExec === true,
    readStdin: context.readStdin ?? noStdin,
  };
}

/** The home folder: `HOME`, `USERPROFILE`, else what the system knows of this user; a user ID without an entry has none. */
function homeOf(env: Environment): string | undefined {
  const named = [env['HOME'], env['USERPROFILE']].find((path) => path !== undefined && isAbsolute(path));
  if (named !== undefined) return named;
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

function noStdin(): Promise<Uint8Array> {
  return Promise.reject(
    problemError({
      code: 'no-stdin',
      summary: 'This run has no standard input to read a value from.',
      next: 'Give the value another source.',
    }),
  );
}
