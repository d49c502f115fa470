import { readingsOf } from './decode.js';
import type { Canary } from './shapes.js';

/** So many characters of a value in a row tell of it. */
const GRAM = 8;
/** Of something large, the beginning is known letter by letter, and the rest in steps. */
const KNOWN_WHOLE = 8192;
const STEP = 32;

/** Without what messages leave out, or write in another way: white space, and what nobody sees. */
function squeezed(text: string): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, '');
}

/** Looks for values, whole or in part, in whatever form they may have. */
export interface Search {
  /** Remembers a value under a name, by which it is told of. */
  readonly add: (name: string, canary: Canary) => void;
  /** Forgets a value, and takes others with the same pieces along. */
  readonly without: (...names: readonly string[]) => Search;
  /** The names of the values that a text tells of. */
  readonly find: (text: string) => readonly string[];
}

/** Starts without any value. */
export function openSearch(known: ReadonlyMap<string, Canary> = new Map()): Search {
  const canaries = new Map<string, Canary>();
  const grams = new Map<string, string>();
  const short = new Map<string, string>();
  const add = (name: string, canary: Canary): void => {
    canaries.set(name, canary);
    for (const whole of canary.telling) {
      if (whole.length < GRAM) short.set(whole, name);
      const part = squeezed(whole);
      const step = (at: number): number => (at < KNOWN_WHOLE ? 1 : STEP);
      for (let at = 0; at + GRAM <= part.length; at += step(at)) {
        const gram = part.slice(at, at + GRAM);
        // A row of one letter tells nothing.
        if (new Set(gram).size >= 4) grams.set(gram, name);
      }
    }
  };
  for (const [name, canary] of known) add(name, canary);
  return {
    add,
    without: (...names) => openSearch(new Map([...canaries].filter(([name]) => !names.includes(name)))),
    find(text) {
      const found = new Set<string>();
      for (const reading of readingsOf(text)) {
        const bare = squeezed(reading);
        for (let at = 0; at + GRAM <= bare.length; at += 1) {
          const name = grams.get(bare.slice(at, at + GRAM));
          if (name !== undefined) found.add(name);
        }
        for (const [value, name] of short) {
          if (['"', "'", '`'].some((quote) => reading.includes(quote + value + quote))) found.add(name);
        }
      }
      return [...found];
    },
  };
}
