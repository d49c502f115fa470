import type { SchemaSection } from '../../model/json-schema.js';
import { commonDefs } from './common.js';

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
    ...commonDefs['stackName'],
    description: 'Names the state, and marks what is ours in the systems that can hold a mark.',
    examples: ['analytics-prod'],
  },
};
