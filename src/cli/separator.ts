import { problemError } from '../model/index.js';

/** What the parser raises for a word, or a flag, of the program. */
const WORD_ERRORS: ReadonlySet<string> = new Set(['UnexpectedArgsError', 'NonExistentFlagsError']);

/** A word where the `--` before a program is missing, as its own problem; any other error as it is. */
export function needsSeparator(error: unknown): unknown {
  if (!(error instanceof Error) || !WORD_ERRORS.has(error.constructor.name)) return error;
  return problemError({
    code: 'usage',
    summary: 'The program must come after `--`.',
    next: 'Write: secrets run --env HF_TOKEN=secret.helios.HF_TOKEN -- python train.py',
  });
}
