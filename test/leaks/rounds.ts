import type { Where } from '../support/project.js';
import { SEED } from '../support/seed.js';

/** Numbers that look random and come again with the same seed. */
export interface Random {
  /** A whole number from 0 up to, and without, `end`. */
  readonly below: (end: number) => number;
  /** One of a list, which must not be empty. */
  readonly pick: <Item>(list: readonly Item[]) => Item;
  /** So many of a list, in its order; all of it where there are no more. */
  readonly some: <Item>(list: readonly Item[], count: number) => readonly Item[];
}

/** Makes random numbers (the generator "mulberry32"). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (end: number): number => next() % end;
  const pick = <Item>(list: readonly Item[]): Item => {
    const item = list[below(list.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  return {
    below,
    pick,
    some: (list, count) => {
      const left = list.map((_, at) => at);
      while (left.length > count) left.splice(below(left.length), 1);
      const chosen = new Set(left);
      return list.filter((_, at) => chosen.has(at));
    },
  };
}

const { ROUNDS: ASKED } = process.env;

/** How many times everything is done, each time with other values. */
export const ROUNDS: readonly number[] = Array.from({ length: Number(ASKED ?? 1) }, (_, at) => at);

/** Where the commands of a round run: by turns in the process of the test, and in processes as a user has them. */
export function whereOf(round: number): Where {
  return round % 2 === 0 ? 'here' : 'process';
}

/** The random numbers of one round of one test. */
export function randomOf(test: string, round: number): Random {
  let seed = SEED + round * 7919;
  for (const letter of test) seed = (Math.imul(seed, 31) + letter.charCodeAt(0)) >>> 0;
  return randomFrom(seed);
}

/** All of a list where rounds are asked for (`ROUNDS`), else so many of it: a sample for every day. */
export function sampled<Item>(random: Random, list: readonly Item[], count: number): readonly Item[] {
  return ASKED === undefined ? random.some(list, count) : list;
}
