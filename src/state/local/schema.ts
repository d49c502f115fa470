import type { JsonSchema } from '../../model/index.js';

/** The settings of a state in a file. */
export const settings: Readonly<Record<string, JsonSchema>> = {
  path: {
    type: 'string',
    pattern: '^[^\\u0000]+$',
    patternErrorMessage: 'Write the path of a file.',
    description:
      'The state file, relative to the folder of the file that says `stack:`. Default: `.secrets/<stack>.state.json`.',
    examples: ['.secrets/analytics-prod.state.json'],
  },
};
