import { findOptionSet, isKnownOption } from '../../sdk/duckdb-options.js';

/** Options that a mapping may repeat: its own value wins. */
const REPEATABLE = ['scope', 'provider', 'type'];

/**
 * What is wrong with an option of a mapping, given the options of its server, as the end of a sentence.
 * @returns `undefined` where nothing is wrong, or the option is unknown
 */
export function mappingProblem(
  type: string,
  provider: string | undefined,
  serverOptions: readonly string[],
  option: string,
): string | undefined {
  if (serverOptions.includes(option) && !REPEATABLE.includes(option)) {
    return `repeats the option ${option} of the server, which DuckDB refuses`;
  }
  const set = findOptionSet(type, provider);
  if (set?.measured !== true || !isKnownOption(option)) return undefined;
  if (set.options.some(({ name }) => name === option)) return undefined;
  return `has the option ${option}, which ${set.type} with provider ${set.provider} does not accept`;
}
