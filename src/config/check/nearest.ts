import { nearestWords } from '../../model/index.js';

/** The next step for a misspelt word: the nearest known one, or all of them where they are few. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const [near] = nearestWords(word, known);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  if (known.length === 0 || known.length > 20) return undefined;
  return `Known: ${known.map((name) => `\`${name}\``).join(', ')}.`;
}
