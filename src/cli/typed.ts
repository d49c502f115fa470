import { protect } from './terminal.js';

/** What a mistyped command or flag looks like: lower-case words. It may be repeated, so that one sees what is wrong with it. */
const WORDS = /^-{0,2}[a-z]+(?:[-:][a-z]+)*$/;

/** Shorter words tell nothing; longer ones are no words. In characters. */
const [SHORTEST, LONGEST] = [8, 24];

/**
 * Makes sure that a complaint about the command line repeats no value: who types `--token VALUE` by mistake, or pastes one in the
 * place of a number, must not find it in the log of a pipeline as well.
 * @param argv what was typed, without the program
 */
export function protectTyped(argv: readonly string[]): void {
  for (const word of argv) {
    const value = /^--?[^=\s]+=([\s\S]*)$/.exec(word)?.[1];
    const text = value ?? word;
    const isWord = value === undefined && text.length <= LONGEST && WORDS.test(text);
    if (text.length >= SHORTEST && !isWord) protect(text);
  }
}
