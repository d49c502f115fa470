/** How near a word must be to be meant, and how many are given. */
export interface Nearness {
  /** At most so many letters may differ. */
  readonly within: number;
  /** At most so many words are given. */
  readonly count: number;
}

/** Longer words are not compared: nobody mistypes them, and comparing takes time that grows with both lengths. */
const LONGEST = 255;

/**
 * The known words most like a misspelt one, without regard to case: best first, those equally near by code units.
 * @param word the misspelt word
 * @param known the words there are
 * @param nearness by default the one best word, where at most a third of the letters (and at least one) differ
 */
export function nearestWords(
  word: string,
  known: Iterable<string>,
  nearness: Partial<Nearness> = {},
): readonly string[] {
  if (word.length > LONGEST) return [];
  const { within = Math.max(1, Math.floor(word.length / 3)), count = 1 } = nearness;
  return [...new Set(known)]
    .filter((one) => one.length <= LONGEST && Math.abs(one.length - word.length) <= within)
    .map((one) => ({ one, distance: editDistance(word, one) }))
    .filter(({ distance }) => distance <= within)
    .sort((a, b) => a.distance - b.distance || (a.one < b.one ? -1 : 1))
    .slice(0, count)
    .map(({ one }) => one);
}

/**
 * How many letters must be added, taken away, changed or swapped with their neighbour to make one word of another (optimal
 * string alignment), without regard to case.
 */
export function editDistance(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
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
