/** What a mistyped command, flag or file of configuration looks like. It is repeated, so that one sees what is wrong with it. */
const WORDS = /^-{0,2}[a-z]+(?:[-:][a-z]+)*$|^[\w./-]+\.ya?ml$/;

/** Shorter words tell nothing; longer ones are not words. In characters. */
const [SHORTEST, LONGEST] = [8, 24];

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
