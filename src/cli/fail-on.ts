import * as Flags from '@oclif/core/flags';
import { DEFAULT_FAIL_ON, FINDINGS, nearestWords, problemError } from '../model/index.js';
import type { FindingName } from '../model/index.js';
import { repeatable } from './flags.js';

const NAMES = FINDINGS.map(({ name }) => name);

/** What `drift` reports by its exit code. */
export const failOnFlags = {
  'fail-on': Flags.string({
    ...repeatable,
    summary: `What changes the exit code: ${FINDINGS.map(({ name, words, exitCode }) => `${name} (${words}: ${exitCode})`).join('; ')}. Adds to ${DEFAULT_FAIL_ON.join(',')}; -NAME takes one off. Repeatable.`,
    helpValue: '<names>',
  }),
};

/**
 * The findings that count: the usual ones, with those of `--fail-on` added, and those with a `-` before them taken off. Later ones win.
 * @throws DiagnosticError for a name that is not one
 */
export function failOnOf(given: readonly string[]): readonly FindingName[] {
  const chosen = new Set(DEFAULT_FAIL_ON);
  for (const word of given.flatMap((text) => text.split(',')).map((text) => text.trim())) {
    const isOff = word.startsWith('-');
    const name = findingName(isOff ? word.slice(1) : word);
    if (isOff) chosen.delete(name);
    else chosen.add(name);
  }
  return NAMES.filter((name) => chosen.has(name));
}

function findingName(word: string): FindingName {
  const name = NAMES.find((candidate) => candidate === word);
  if (name !== undefined) return name;
  const [nearest] = nearestWords(word, NAMES);
  throw problemError({
    code: 'usage',
    summary: `--fail-on has no name ${JSON.stringify(word)}.`,
    next:
      nearest === undefined
        ? `Use ${NAMES.join(', ')}, or -NAME to take one off.`
        : `Did you mean ${nearest}?`,
  });
}
