import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_OPTIONS, apply, plan } from '../../src/engine/index.js';
import type { ApplyResult, PlanResult, RunContext, RunOptions } from '../../src/engine/index.js';
import type { Outcome, Plan, StateData } from '../../src/model/index.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { makeProject } from '../support/project.js';

/** One secret of a file. */
export interface FileSecret {
  /** Read from a variable of the secret's name. */
  readonly value: string;
  readonly owners?: readonly string[];
  readonly readers?: readonly string[];
  readonly self?: 'keep' | 'drop';
  readonly minOwners?: number;
  readonly adopt?: boolean;
  readonly onRemove?: 'delete' | 'forget';
}

/** One entry of `shares`. */
export interface FileRule {
  readonly secrets: readonly string[];
  readonly owners?: readonly string[];
  readonly readers?: readonly string[];
}

/** What a file says. */
export interface File {
  readonly secrets: Readonly<Record<string, FileSecret>>;
  readonly shares: readonly FileRule[];
}

/** How one run is to be done. */
export interface RunHow {
  /** A try that takes longer has failed, in milliseconds; 10,000 where absent. */
  readonly timeoutMs?: number;
  readonly parallelism?: number;
  readonly lock?: boolean;
  readonly signal?: AbortSignal;
  /** Told the plan right before it is carried out. */
  readonly onPlan?: (plan: Plan) => void;
  readonly onOutcome?: (outcome: Outcome) => void;
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder with a configuration and its state, and the engine's verbs over it. */
export interface Site {
  readonly folder: string;
  write(file: File): Promise<void>;
  plan(how?: RunHow): Promise<PlanResult>;
  apply(how?: RunHow): Promise<ApplyResult>;
  /** The state as stored; `undefined` where there is none. */
  state(): Promise<StateData | undefined>;
  /** Every file of the folder but the configuration, as one text: where values might have leaked to. */
  kept(): Promise<string>;
  close(): Promise<void>;
}

/** Where a site's tool finds its API, and as whom it goes there. */
export interface SiteOptions {
  readonly sandbox: HeliosSandbox;
  /** The name of its API key. */
  readonly key: string;
  /** Another address than the sandbox's own. */
  readonly url?: string;
  /** Work in this folder, which somebody else removes. */
  readonly folder?: string;
}

/** Makes a site. */
export async function openSite({ sandbox, key, url, folder: given }: SiteOptions): Promise<Site> {
  const project = given === undefined ? await makeProject({}) : undefined;
  const folder = given ?? project?.folder ?? '';
  const token = sandbox.keys.find((one) => one.name === key)?.token;
  if (token === undefined) throw new Error(`the sandbox has no key ${key}`);
  let values: Record<string, string> = {};

  const context = (how: RunHow): RunContext => ({
    cwd: folder,
    env: {
      SINGLESTOREDB_MANAGEMENT_TOKEN: token,
      SINGLESTOREDB_MANAGEMENT_BASE_URL: url ?? sandbox.url,
      SECRETS_HTTP_TIMEOUT_MS: String(how.timeoutMs ?? 10_000),
      SECRETS_HTTP_BACKOFF_MS: '1',
      ...how.env,
      ...values,
    },
    signal: how.signal ?? new AbortController().signal,
    progress: () => undefined,
    now: () => new Date(),
    toolVersion: 'test',
  });
  const options = (how: RunHow): RunOptions => ({
    ...DEFAULT_OPTIONS,
    parallelism: how.parallelism ?? 3,
    lock: how.lock ?? true,
    // How much may be destroyed has tests of its own.
    maxDeletes: { percent: 100 },
  });

  return {
    folder,
    write: async (file) => {
      values = Object.fromEntries(Object.entries(file.secrets).map(([name, one]) => [name, one.value]));
      await writeFile(join(folder, 'secrets.yaml'), textOf(file));
    },
    plan: (how = {}) => plan(options(how), context(how)),
    apply: (how = {}) =>
      apply(options(how), context(how), {
        approve: (made) => {
          how.onPlan?.(made);
          return Promise.resolve(true);
        },
        onOutcome: (outcome) => how.onOutcome?.(outcome),
        onWait: () => undefined,
      }),
    state: async () => {
      const text = await readFile(join(folder, '.secrets/model.state.json'), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as StateData);
    },
    kept: async () => {
      const names = await readdir(join(folder, '.secrets')).catch(() => []);
      const texts = await Promise.all(
        names.map((name) => readFile(join(folder, '.secrets', name), 'utf8').catch(() => '')),
      );
      return texts.join('\n');
    },
    close: async () => project?.remove(),
  };
}

/** The text of a file (JSON is YAML). */
function textOf(file: File): string {
  const secrets = Object.entries(file.secrets).map(([name, one]) => {
    const lifecycle = {
      ...(one.adopt === undefined ? {} : { adopt: one.adopt }),
      ...(one.onRemove === undefined ? {} : { on_remove: one.onRemove }),
    };
    return [
      name,
      {
        value: { env: name },
        ...(one.owners === undefined ? {} : { owners: one.owners }),
        ...(one.readers === undefined ? {} : { readers: one.readers }),
        ...(one.self === undefined ? {} : { self: one.self }),
        ...(one.minOwners === undefined ? {} : { min_owners: one.minOwners }),
        ...(Object.keys(lifecycle).length === 0 ? {} : { lifecycle }),
      },
    ] as const;
  });
  return JSON.stringify({
    version: 1,
    stack: 'model',
    providers: { helios: { type: 'singlestore', api_key: { env: 'SINGLESTOREDB_MANAGEMENT_TOKEN' } } },
    ...(secrets.length === 0 ? {} : { secrets: Object.fromEntries(secrets) }),
    ...(file.shares.length === 0 ? {} : { shares: file.shares }),
  });
}
