/** The units of durations, in milliseconds. */
const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A unit of a duration. */
export type DurationUnit = keyof typeof UNITS;

/**
 * The milliseconds of a duration such as `30s` or `90d`.
 * @param text a whole number and a unit, without white space
 * @param units the units that are allowed here
 * @returns `undefined` for any other text
 */
export function parseDuration(text: string, units: readonly DurationUnit[]): number | undefined {
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(text) ?? [];
  const known = units.find((candidate) => candidate === unit);
  return digits === undefined || known === undefined ? undefined : Number(digits) * UNITS[known];
}

/** A duration for people, in the largest unit that says it well: `45 s`, `12 min`, `24 h`, `3 d`. */
export function durationText(milliseconds: number): string {
  const [unit, size] = SPOKEN.findLast(([, least]) => milliseconds >= 2 * least) ?? SPOKEN[0];
  return `${Math.ceil(milliseconds / size)} ${unit}`;
}

const SPOKEN = [
  ['s', UNITS.s],
  ['min', UNITS.m],
  ['h', UNITS.h],
  ['d', UNITS.d],
] as const;
