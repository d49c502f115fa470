import { SEED } from '../support/seed.js';
import { MODES } from './driver.js';
import type { Driver, Point, Told } from './driver.js';

/** How many points: a number, or `all`; or which, by their names (`first:lose:52,change:fail:3+kill-after:7`). */
export const POINTS = process.env['POINTS'] ?? 'sample';

/** How many points of each home a sample has. */
const SAMPLE = 2;

/** Why a sample leaves a home out, where it does. */
export function whyLeftOut(home: string): string | undefined {
  const isLeftOut = POINTS === 'sample' && home === 'gitlab';
  return isLeftOut ? "GitLab's server is one more of the http kind: POINTS=2 runs it" : undefined;
}

/** A point as failures name it: what becomes of the run that follows stands after a `+`. */
export function nameOf({ scenario, mode, number, then }: Point): string {
  const first = `${scenario}:${mode}:${String(number)}`;
  return then === undefined ? first : `${first}+${then.mode}:${String(then.number)}`;
}

function pointOf(name: string): Point {
  const found = /^(first|change):([a-z-]+):(\d+)(?:\+([a-z-]+):(\d+))?$/.exec(name) ?? [];
  const modeOf = (text: string | undefined): Point['mode'] => {
    const mode = MODES.find((one) => one === text);
    if (mode === undefined) throw new Error(`${name} is no point, such as first:lose:52`);
    return mode;
  };
  const [, scenario, mode, number, next, nextNumber] = found;
  return {
    scenario: scenario === 'first' ? scenario : 'change',
    mode: modeOf(mode),
    number: Number(number),
    ...(next === undefined ? {} : { then: { mode: modeOf(next), number: Number(nextNumber) } }),
  };
}

/** All points of a driver: every mode at every write of both scenarios. */
export function allPoints({ counts }: Driver): readonly Point[] {
  return MODES.flatMap((mode) =>
    (['change', 'first'] as const).flatMap((scenario) =>
      Array.from({ length: counts[scenario] }, (_, index) => ({ scenario, mode, number: index + 1 })),
    ),
  );
}

/** As many points as `POINTS` says, spread over the modes; which ones, and in which order, the seed decides. */
export function choosePoints(driver: Driver, salt: string): readonly Point[] {
  const all = allPoints(driver);
  if (POINTS.includes(':')) return POINTS.split(',').map(pointOf);
  const random = randomOf(SEED + salt.length * 7919 + salt.charCodeAt(0));
  const shuffled = all
    .map((point) => ({ point, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ point }) => point);
  const byMode = MODES.map((mode) => shuffled.filter((one) => one.mode === mode));
  const longest = Math.max(...byMode.map((one) => one.length));
  const inTurn = Array.from({ length: longest }, (_, round) => byMode.flatMap((one) => one[round] ?? []));
  return inTurn
    .flat()
    .slice(0, countOf())
    .map((point, index) => {
      // Of the next run every fourth is disturbed as well, mostly while it takes over what the first one left.
      const mode = MODES[Math.floor(random() * MODES.length)]!;
      const number = 1 + Math.floor(random() ** 2 * driver.counts[point.scenario]);
      return index % 4 === 3 ? { ...point, then: { mode, number } } : point;
    });
}

function countOf(): number {
  if (POINTS === 'all') return Infinity;
  return POINTS === 'sample' ? SAMPLE : Number(POINTS);
}

/** Mulberry32: numbers from 0 up to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How points went, by what was written and what became of it: one line each. */
export function summary(told: readonly (readonly [Point, Told])[]): string {
  const lines = new Map<string, number>();
  for (const [{ mode }, { label, end }] of told) {
    const line = `${mode} at ${label ?? 'no write (the run had fewer)'}: ${end}`;
    lines.set(line, (lines.get(line) ?? 0) + 1);
  }
  return [...lines]
    .sort()
    .map(([line, count]) => `  ${String(count).padStart(3)} × ${line}`)
    .join('\n');
}
