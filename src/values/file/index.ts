import type { EndSource, FromFile } from '../../model/index.js';
import type { SourceDefinition } from '../definition.js';
import { pathSchema } from '../path-schema.js';

/** The exact bytes of a file. */
export interface FileSource extends EndSource, FromFile {
  readonly from: 'file';
}

export const file: SourceDefinition<FileSource> = {
  word: 'file',
  schema: pathSchema('a file', 'What a file holds.', './hf-token.txt'),
  example: '{ file: PATH }',
  common: true,
  references: { file: { example: '{ file: PATH }', parameters: [], parse: ({ path }) => ({ text: path }) } },
  parse: ([path], { base }) => ({ from: 'file', path, base }),
  name: ({ path }) => `The file ${path}`,
  read: async (source, context) => (await import('../local-file.js')).readLocalFile(source, context),
  empty: {
    code: 'empty-file',
    what: 'exists, but is empty',
    next: 'If another step writes it, check that it has run.',
  },
};
