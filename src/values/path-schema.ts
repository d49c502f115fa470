import type { JsonSchema } from '../model/index.js';

/** A path of the configuration: any text but one with a NUL in it, which no system takes. */
export const PATH_PATTERN = '^[^\\u0000]+$';

/** The schema of a path to a file. */
export function pathSchema(what: string, description: string, example: string): JsonSchema {
  return {
    type: 'string',
    title: 'the path of a file',
    pattern: PATH_PATTERN,
    patternErrorMessage: `Write the path of ${what}.`,
    description: `${description} A relative path starts from the folder of this configuration file.`,
    examples: [example],
  };
}
