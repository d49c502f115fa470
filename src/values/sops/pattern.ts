import type { RE2JS } from 're2js';

/** No rule that a person writes is larger. In states of the automaton, estimated from above. */
const LARGEST = 20_000;

/** Which names on the way to a value count, or what is wrong with the pattern: a phrase that follows the pattern. */
export type Pattern = { readonly matches: (path: readonly string[]) => boolean } | { readonly wrong: string };

/**
 * A pattern of a sops file, asked of each name of a path. sops is written in Go, whose patterns are those of RE2: matched in linear
 * time, and without lookahead, lookbehind and back references.
 */
export async function patternOf(pattern: string): Promise<Pattern> {
  if (sizeOf(pattern) > LARGEST) return { wrong: 'is too large' };
  const { RE2JS: engine, RE2JSSyntaxException } = await import('re2js');
  let compiled: RE2JS;
  try {
    compiled = engine.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    return { wrong: unsupported(pattern) ?? `is not valid in RE2: ${error.getDescription()}` };
  }
  const answers = new Map<string, boolean>();
  const test = (name: string): boolean => {
    const answer = answers.get(name) ?? compiled.test(name);
    answers.set(name, answer);
    return answer;
  };
  return { matches: (path) => path.some(test) };
}

/** The length times what repetitions multiply it by; RE2 itself takes none beyond 1000, nested ones together. */
function sizeOf(pattern: string): number {
  const counts = [...pattern.matchAll(/\{(\d+)(?:,(\d+))?/g)].map(([, least, most]) => Number(most ?? least));
  return pattern.length * counts.reduce((product, count) => Math.min(1000, product * Math.max(1, count)), 1);
}

/** What other dialects have and RE2 has not. */
const FOREIGN: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\(\?<?[=!]/, 'lookahead or lookbehind'],
  [/\(\?>|[*+?}]\+/, 'possessive or atomic groups'],
  [/\\[1-9]|\\k/, 'back references'],
];

function unsupported(pattern: string): string | undefined {
  const name = FOREIGN.find(([found]) => found.test(pattern))?.[1];
  return name === undefined ? undefined : `uses ${name}, which RE2 (the dialect of sops) does not have`;
}
