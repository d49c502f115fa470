import { SENSITIVE_TEXT, defined } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';

/** What a mistyped command, flag or file of configuration looks like. It is repeated, so that one sees what is wrong with it. */
const WORDS = /^-{0,2}[a-z]+(?:[-:][a-z]+)*$|^[\w./-]+\.ya?ml$/;

/** Shorter words tell nothing; longer ones are not words. In characters. */
const [SHORTEST, LONGEST] = [8, 24];

/**
 * Problems of a command line without what may be a value in it.
 * @param argv what was typed, without the program
 */
export function withoutTyped(
  diagnostics: readonly Diagnostic[],
  argv: readonly string[],
): readonly Diagnostic[] {
  const typed = [...possibleValues(argv)].sort((a, b) => b.length - a.length);
  const clean = (text: string): string =>
    typed.reduce((cleaned, value) => cleaned.replaceAll(value, SENSITIVE_TEXT), text);
  return diagnostics.map((diagnostic) => ({
    ...diagnostic,
    summary: clean(diagnostic.summary),
    ...defined({
      detail: diagnostic.detail === undefined ? undefined : clean(diagnostic.detail),
      next: diagnostic.next === undefined ? undefined : clean(diagnostic.next),
    }),
  }));
}

/**
 * What of a command line may be a value, and must not be repeated by an error message: someone who types `--token VALUE` by
 * mistake, or pastes a value where a number belongs, must not find it in the log of a pipeline.
 * @param argv what was typed, without the program
 */
export function possibleValues(argv: readonly string[]): readonly string[] {
  return argv.flatMap((word) => {
    const value = /^--?[^=\s]+=([\s\S]*)$/.exec(word)?.[1];
    const text = value ?? word;
    const isWord = value === undefined && text.length <= LONGEST && WORDS.test(text);
    return text.length >= SHORTEST && !isWord ? [text] : [];
  });
}
