import type { SourceDefinition } from '../definition.js';
import { pathSchema } from '../path-schema.js';
import type { AgeSource } from './source.js';

export const age: SourceDefinition<AgeSource> = {
  word: 'age',
  schema: pathSchema('a file that age has encrypted', 'What a file encrypted by age holds.', 'hf-token.age'),
  example: '{ age: PATH }',
  references: { age: 'Write { age: PATH }.' },
  parse: ([path], { base }) => ({ from: 'age', path, base }),
  name: ({ path }) => `The age file ${path}`,
  read: async (source, context) => (await import('./read.js')).readAge(source, context),
  credentials: ['SECRETS_AGE_KEY', 'SOPS_AGE_KEY'],
};
