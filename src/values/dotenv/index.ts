import type { SourceDefinition } from '../definition.js';
import { failed } from '../reading.js';
import { pathSchema } from '../path-schema.js';
import type { DotenvSource } from './source.js';

export const dotenv: SourceDefinition<DotenvSource> = {
  word: 'dotenv',
  schema: pathSchema('a file of NAME=value lines', 'One variable of a file of NAME=value lines.', './.env'),
  beside: {
    name: {
      type: 'string',
      title: 'the name of a variable',
      pattern: '^[A-Za-z_][A-Za-z0-9_.-]*$',
      patternErrorMessage: 'Write the name of a variable of the file, not its value.',
      description: 'Which variable of the file (with `dotenv`).',
      examples: ['HF_TOKEN'],
    },
  },
  needs: ['name'],
  example: '{ dotenv: PATH, name: NAME }',
  parse: ([path], { base, beside }) => ({ from: 'dotenv', path, base, name: beside.get('name') ?? '' }),
  name: ({ path, name }) => `The variable ${name} of the file ${path}`,
  read: async (source, context) => (await import('./read.js')).readDotenv(source, context),
  shared: (source) => ({ ...source, name: '' }),
  select: ({ path, name }, document) => {
    const value = document.kind === 'map' ? document.entries.get(name) : undefined;
    if (value?.kind === 'leaf') return { text: value.text };
    return failed(
      'unset-variable',
      `The file ${path} has no variable ${name}.`,
      'Add it there, or name another one.',
    );
  },
};
