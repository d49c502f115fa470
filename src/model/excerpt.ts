/**
 * Which texts of a configuration may be shown in the excerpt of a message. Everything that no rule names is masked, so that a
 * value under a misspelt key does not end on a terminal. Paths have dots between their steps; `*` is any one step (a name, or a
 * place in a list). They start at an entry of the section, or at the settings, that the rules are for.
 */
export interface ExcerptRules {
  /** Values that may be shown. */
  readonly shown?: readonly string[];
  /** Places that may hold a value source. */
  readonly sources?: readonly string[];
  /** Maps whose keys are words of the language or names; the empty path is the entry itself. */
  readonly maps?: readonly string[];
  /** Keys that take a number or one of a few words: longer text was pasted there, and is masked. */
  readonly short?: readonly string[];
  /** Keys that take a URL: text that does not start like one is masked. */
  readonly urls?: readonly string[];
  /** Keys whose values may be shown even where the file is not YAML and nobody knows their path. */
  readonly anywhere?: readonly string[];
}
