import { readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { startHelios } from '../../src/sandbox/helios/index.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { COMMAND, start } from '../support/command.js';
import type { Finished, Running } from '../support/command.js';
import { leaksIn, secretsOf } from '../support/canaries.js';
import { tokenOf } from '../support/site.js';
import { makeProject } from '../support/project.js';
import type { Project } from '../support/project.js';
import { query } from '../support/postgres/index.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { BY_HAND, first, second, variables } from './configurations.js';
import { copyDatabase, databaseOf, dropDatabase } from './databases.js';
import { look } from './look.js';
import type { Look } from './look.js';
import { openHome } from './state-homes.js';
import type { HomeName, StateHome } from './state-homes.js';

/** What the preload does to a process; see there. */
export interface Disturbance {
  readonly point?: number | string;
  /** Variables that differ from the project's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly mode?: string;
  readonly gate?: string;
  readonly skewMs?: number;
}

/** A run under the preload. */
export interface Disturbed extends Running {
  /** The labels of its writes so far; the chosen one starts with `>`. */
  readonly writes: () => Promise<readonly string[]>;
  /** The same with their times (nanoseconds of a clock that all processes share), and `= N` for each serial of a local state. */
  readonly timeline: () => Promise<readonly { readonly label: string; readonly at: bigint }[]>;
}

/** From where a run starts: from nothing, or from what the first configuration made. */
export type Scenario = 'first' | 'change';

/** Both systems, a state and a project, which can be brought back to where they were as often as one likes. */
export interface CrashSite {
  readonly project: Project;
  readonly helios: HeliosSandbox;
  readonly home: StateHome;
  readonly databaseUrl: string;
  /** Brings everything to the start of a scenario. */
  readonly begin: (scenario: Scenario) => Promise<void>;
  readonly look: () => Promise<Look>;
  /** Starts the command under the preload. */
  readonly disturb: (how: Disturbance, ...args: readonly string[]) => Disturbed;
  /** The names of the states that runs could not save where they belong. */
  readonly rescued: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

const PRELOAD = fileURLToPath(new URL('./preload.mjs', import.meta.url));
let reports = 0;

/** Opens a site where the first configuration was applied, and both starts are kept. Close it. */
export async function openCrashSite(
  server: RealPostgres,
  name: HomeName,
  lease?: string,
): Promise<CrashSite> {
  const salt = Math.random().toString(36).slice(2, 12);
  const [helios, databaseUrl] = await Promise.all([startHelios(), server.createDatabase()]);
  const project = await makeProject(
    {},
    {
      SINGLESTOREDB_MANAGEMENT_BASE_URL: helios.url,
      SINGLESTOREDB_MANAGEMENT_TOKEN: tokenOf(helios, 'ci-bot'),
      WAREHOUSE_URL: databaseUrl,
    },
  );
  const home = await openHome(name, server, project.folder, lease);
  Object.assign(project.env, home.env);
  const database = databaseOf(databaseUrl);
  const keepAll = async (label: Scenario): Promise<() => Promise<void>> => {
    const copy = `${database}_${label}`;
    await copyDatabase(server, database, copy);
    const [restoreHelios, restoreState] = [helios.control.snapshot(), await home.keep()];
    return async () => {
      await copyDatabase(server, copy, database);
      restoreHelios();
      await restoreState();
    };
  };
  const configure = async (which: 1 | 2): Promise<void> => {
    Object.assign(project.env, variables(salt, which));
    await project.write('secrets.yaml', (which === 1 ? first : second)(home.text));
  };
  await configure(1);
  const restore = { first: await keepAll('first') } as Record<Scenario, () => Promise<void>>;
  const applied = await project.run('apply', '--auto-approve');
  expect(applied.stderr).not.toContain('Error:');
  expect(applied.code).toBe(0);
  await query(databaseUrl, BY_HAND);
  restore.change = await keepAll('change');
  let isFromNothing = false;
  const rescued = async (): Promise<readonly string[]> =>
    (await readdir(project.folder)).filter((one) => one.includes('.rescued-'));
  return {
    project,
    helios,
    home,
    databaseUrl,
    rescued,
    async begin(scenario) {
      isFromNothing = scenario === 'first';
      await configure(scenario === 'first' ? 1 : 2);
      for (const file of await rescued()) await rm(join(project.folder, file));
      await restore[scenario]();
    },
    look: async () => look(helios, databaseUrl, await home.read(), isFromNothing && name === 'local'),
    disturb({ point, mode, gate, skewMs, env: variables }, ...args) {
      reports += 1;
      const report = join(tmpdir(), `secrets-crash-${String(process.pid)}-${String(reports)}`);
      const env = {
        ...project.env,
        ...variables,
        NODE_OPTIONS: `--import=file://${PRELOAD}`,
        CRASH_REPORT: report,
        ...(point === undefined ? {} : { CRASH_POINT: String(point) }),
        ...(mode === undefined ? {} : { CRASH_MODE: mode }),
        ...(gate === undefined ? {} : { CRASH_GATE: gate }),
        ...(skewMs === undefined ? {} : { CRASH_SKEW_MS: String(skewMs) }),
      };
      const running = start(COMMAND, args, { cwd: project.folder, env });
      let kept: string | undefined;
      const timeline = async (): ReturnType<Disturbed['timeline']> => {
        const text = kept ?? (await readFile(report, 'utf8').catch(() => ''));
        return text
          .split('\n')
          .slice(0, -1)
          .map((line) => line.split('\t'))
          .map(([label = '', at = '0']) => ({ label, at: BigInt(at) }));
      };
      return {
        ...running,
        finished: running.finished.then(async (one): Promise<Finished> => {
          kept = await readFile(report, 'utf8').catch(() => '');
          await rm(report, { force: true });
          return one;
        }),
        timeline,
        writes: async () =>
          (await timeline()).map(({ label }) => label).filter((one) => !one.startsWith('= ')),
      };
    },
    async close() {
      await Promise.all([helios.close(), project.remove(), home.close()]);
      for (const label of ['first', 'change']) await dropDatabase(server, `${database}_${label}`);
    },
  };
}

/** No value stands in the states that could not be saved where they belong. */
export async function expectNoLeaks({ project, rescued }: CrashSite): Promise<void> {
  for (const file of await rescued()) {
    const text = await readFile(join(project.folder, file), 'utf8');
    expect(leaksIn(text, secretsOf(project.env)), `values in ${file}`).toEqual([]);
  }
}

/** An apply did all that it was to do. What it handed over (self: drop) it cannot see any more, and says so. */
export function expectDone({ code, stderr }: Pick<Finished, 'code' | 'stderr'>): void {
  expect(stderr).not.toContain('Error:');
  if (code === 0) return;
  expect(code, stderr).toBe(3);
  expect(stderr.match(/^Warning: Could not be checked.*$/gm)).toEqual([
    'Warning: Could not be checked, and was left as it is: secret.helios.HAND_OVER.',
  ]);
}

export async function expectNoPlan({ project }: Pick<CrashSite, 'project'>): Promise<void> {
  const plan = await project.run('plan', '--detailed-exitcode');
  if (plan.code === 3) {
    // What was handed over (self: drop) cannot be seen any more.
    expect(plan.stdout.match(/^ {2}\? .*/gm)).toEqual([
      '  ? secret.helios.HAND_OVER: it was handed over (self: drop), or is gone; left as it is',
    ]);
    expect(plan.stdout).toMatch(/^No changes in what was compared\. 1 resource could not be checked\.$/m);
    return;
  }
  expect(plan.stdout, plan.stderr).toBe('No changes. Your secrets match the configuration.\n');
  expect(plan.code).toBe(0);
}
