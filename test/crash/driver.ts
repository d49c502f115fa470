import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Finished } from '../support/command.js';
import type { RealPostgres } from '../support/postgres/index.js';
import { expectSame } from './differences.js';
import type { Look } from './look.js';
import { expectDone, expectNoLeaks, expectNoPlan, openCrashSite } from './site.js';
import type { CrashSite, Scenario } from './site.js';
import type { HomeName } from './state-homes.js';

/** What may become of a write: see the preload. */
export const MODES = ['kill-before', 'kill-after', 'fail', 'lose', 'down'] as const;

/** One disturbed run: which write of which scenario, and what becomes of it. */
export interface Point {
  readonly scenario: Scenario;
  readonly mode: (typeof MODES)[number];
  readonly number: number;
  /** What becomes of the run that follows; absent: it is a plain one. */
  readonly then?: Pick<Point, 'mode' | 'number'>;
}

/** What a point was. */
export interface Told {
  /** The label of the write; `undefined` where the run had not so many. */
  readonly label: string | undefined;
  /** How the disturbed run ended. */
  readonly end: string;
}

/** Carries out points on one site. */
export interface Driver {
  readonly site: CrashSite;
  /** How many writes the undisturbed run of each scenario has. */
  readonly counts: Readonly<Record<Scenario, number>>;
  /** Disturbs a run, lets a plain one follow, and checks that nothing tells the two from an undisturbed one. */
  readonly run: (point: Point, withPlan: boolean) => Promise<Told>;
}

const APPLY = ['apply', '--auto-approve'];

/** Opens a site, and sees how both scenarios end undisturbed. */
export async function openDriver(server: RealPostgres, home: HomeName): Promise<Driver> {
  const site = await openCrashSite(server, home);
  const counts = { first: 0, change: 0 };
  const befores: Partial<Record<Scenario, Look>> = {};
  const goals: Partial<Record<Scenario, Look>> = {};
  for (const scenario of ['first', 'change'] as const) {
    await site.begin(scenario);
    befores[scenario] = await site.look();
    const running = site.disturb({}, ...APPLY);
    const finished = await running.finished;
    await site.project.check(finished, APPLY);
    expect(finished.stderr).not.toContain('Error:');
    expectDone(finished);
    counts[scenario] = (await running.writes()).length;
    goals[scenario] = await site.look();
    expect(await site.home.leftovers()).toEqual([]);
    await expectNoPlan(site);
  }
  return {
    site,
    counts,
    async run(point, withPlan) {
      await site.begin(point.scenario);
      const told = await disturbOnce(site, point);
      const again = point.then === undefined ? undefined : await disturbOnce(site, point.then);
      const second = await site.project.run(...APPLY);
      expect(second.stderr).not.toContain('Error:');
      expectDone(second);
      const after = await site.look();
      const [before, goal] = [befores[point.scenario], goals[point.scenario]];
      expectSame('Helios', after.secrets, goal?.secrets);
      expectSame('the database', after.database, goal?.database);
      expectSame('the state', after.state, goal?.state);
      expectSame('the identity', keptIds(after, before, goal), keptIds(goal, before, goal));
      expect(await site.home.leftovers()).toEqual([]);
      expect(repeated((await site.home.serials()) ?? []), 'serials that were stored twice').toEqual([]);
      if (withPlan) await expectNoPlan(site);
      return again === undefined ? told : { ...told, end: `${told.end}, then ${again.end}` };
    },
  };
}

/** Runs an apply that is disturbed; it ends as it may, and what it says is done. */
async function disturbOnce(site: CrashSite, { mode, number }: NonNullable<Point['then']>): Promise<Told> {
  const running = site.disturb({ point: number, mode }, ...APPLY);
  const finished = await running.finished;
  const label = (await running.writes()).find((one) => one.startsWith('> '))?.slice(2);
  await site.project.check(finished, APPLY);
  expectEnd(mode, label, finished);
  await expectNoLeaks(site);
  // Every other time nobody reads what is said: the next run must come to the same.
  const pushed = number % 2 === 0 && (await pushRescued(site, finished));
  const end = finished.signal ?? `exit ${String(finished.code)}`;
  return { label, end: pushed ? `${end}, pushed` : end };
}

/** The disturbed run was killed, or ended as somebody can understand. */
function expectEnd(mode: Point['mode'], label: string | undefined, { code, signal, stderr }: Finished): void {
  if (label !== undefined && mode.startsWith('kill')) expect(signal).toBe('SIGKILL');
  else if (code !== 0) {
    expect([1, 3], stderr).toContain(code);
    expect(stderr).toMatch(/^(Error: |Apply (incomplete|failed))/m);
  }
}

/** Does what the message about a state that could not be saved says, if there is one. */
async function pushRescued(site: CrashSite, { stderr }: Finished): Promise<boolean> {
  const file = /run: secrets state push (\S+)/.exec(stderr)?.[1];
  if (file === undefined) return false;
  const { stderr: said, code } = await site.project.run('state', 'push', file);
  expect(code, said).toBe(0);
  await rm(join(site.project.folder, file));
  return true;
}

/** The ids of what the undisturbed run neither made nor replaced. */
function keptIds(of: Look | undefined, before: Look | undefined, goal: Look | undefined): unknown {
  const kept = Object.entries(before?.ids ?? {}).filter(([name, id]) => goal?.ids[name] === id);
  return Object.fromEntries(kept.map(([name]) => [name, of?.ids[name]]));
}

function repeated(serials: readonly number[]): readonly number[] {
  return serials.filter((serial, index) => serials.indexOf(serial) !== index);
}
