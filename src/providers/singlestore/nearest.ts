import { nearestWords } from '../../model/index.js';

/**
 * The names most like a misspelt one, best first: at most three, and none that is further off than two letters or a third of
 * its length.
 * @param candidates the names there are
 */
export function nearest(name: string, candidates: readonly string[]): readonly string[] {
  // Of an e-mail address only what stands before the @: colleagues share the rest.
  const length = name.split('@')[0]?.length ?? 0;
  return nearestWords(name, candidates, { within: Math.max(2, Math.floor(length / 3)), count: 3 });
}
