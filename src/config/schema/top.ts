import type { SchemaSection } from '../../model/json-schema.js';

/** `version`: which language the file is written in. */
export const version: SchemaSection = {
  word: 'version',
  schema: {
    const: 1,
    title: 'the version of the language',
    patternErrorMessage: 'This program knows version 1 of the language; a newer one may know more.',
    description: 'The version of this language: 1. It may be in each of several files.',
    examples: [1],
  },
};

/** `stack`: the name of the whole. */
export const stack: SchemaSection = {
  word: 'stack',
  schema: {
    type: 'string',
    title: 'a stack name',
    pattern: '^[a-z][a-z0-9_-]{0,62}$',
    patternErrorMessage:
      'A stack name starts with a small letter and holds small letters, digits, _ and - (at most 63).',
    description: 'Names the state, and marks what is ours in the systems that can hold a mark.',
    examples: ['analytics-prod'],
  },
};
