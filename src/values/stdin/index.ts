import type { EndSource } from '../../model/index.js';
import type { SourceDefinition } from '../definition.js';

/** Everything that comes in on standard input; read once in a run. */
export interface StdinSource extends EndSource {
  readonly from: 'stdin';
}

export const stdin: SourceDefinition<StdinSource> = {
  word: 'stdin',
  schema: {
    const: true,
    description: 'Everything that comes in on standard input, read once in a run.',
    examples: [true],
  },
  example: '{ stdin: true }',
  parse: () => ({ from: 'stdin' }),
  name: () => 'Standard input',
  read: async (_, context) => ({ bytes: await context.readStdin() }),
};
