import { compareText } from './sort.js';

/** How similar a word must be, and how many are returned. */
export interface Nearness {
  /** At most this many letters may differ. */
  readonly within: number;
  /** At most this many words are returned. */
  readonly count: number;
}

/** Longer words are not compared: the time grows with the product of both lengths. */
const LONGEST = 255;

/**
 * The known words that are most similar to a misspelt one, ignoring case: best first, ties in the order of code units.
 * @param nearness by default the best word only, where at most a third of its letters (and at least one) differ
 */
export function nearestWords(
  word: string,
  known: Iterable<string>,
  nearness: Partial<Nearness> = {},
): readonly string[] {
  if (word.length > LONGEST) return [];
  const { within = Math.max(1, Math.floor(word.length / 3)), count = 1 } = nearness;
  return [...new Set(known)]
    .filter(({ length }) => length <= LONGEST && Math.abs(length - word.length) <= within)
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ distance }) => distance <= within)
    .sort((a, b) => a.distance - b.distance || compareText(a.candidate, b.candidate))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/**
 * How many letters must be inserted, deleted, changed or swapped with their neighbour to turn one word into another (optimal
 * string alignment distance), ignoring case.
 */
export function editDistance(word: string, other: string): number {
  const [a, b] = [word.toLowerCase(), other.toLowerCase()];
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
