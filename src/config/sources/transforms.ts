import type { JsonSchema } from '../../model/json-schema.js';

/** What may be done to what a source gives, each with its schema. */
export const TRANSFORMS: Readonly<Record<'base64' | 'key' | 'trim' | 'allow_empty', JsonSchema>> = {
  base64: {
    type: 'boolean',
    description: 'What the source gives is base64: decode it. This comes before `key` and `trim`.',
    examples: [true],
  },
  key: {
    type: ['string', 'integer'],
    title: 'a path into a document',
    minimum: 0,
    pattern: '^[^\\u0000]+$',
    patternErrorMessage: 'Write the names on the way to the value with dots between them: aws.keys.0.secret',
    description:
      'Which value of the document that the source gives (JSON, a sops file, the fields of a secret): names and list indexes with dots between them, or a JSON Pointer where a name has a dot in it.',
    examples: ['aws.secret_key', '/hosts/db.example.com/password'],
  },
  trim: {
    type: 'boolean',
    description:
      'Remove white space from both ends (the newline at the end of a file, say), after all else. `false` says that white space at the ends is meant.',
    examples: [true],
  },
  allow_empty: {
    type: 'boolean',
    description:
      'The value may be empty. Otherwise an empty value is an error, so that it never replaces another one.',
    examples: [true],
  },
};
