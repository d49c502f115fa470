import { defined, parseDuration } from '../../model/index.js';
import type { SourceDefinition } from '../definition.js';
import { PATH_PATTERN } from '../path-schema.js';
import type { ExecSource } from './source.js';

/** How long a program may run where nothing else is written, in milliseconds. */
const TIMEOUT_MS = 30_000;

export const exec: SourceDefinition<ExecSource> = {
  word: 'exec',
  schema: {
    type: 'array',
    title: 'a list of a program and its arguments',
    minItems: 1,
    items: {
      type: ['string', 'number'],
      title: 'a word of a command',
      pattern: PATH_PATTERN,
      patternErrorMessage: 'Write the program, then each argument as an item of its own.',
    },
    description:
      'What a program prints, without a shell. It runs in the folder of this configuration file, and only with --allow-exec. By name it is looked for outside the repository and node_modules; a program in there needs its path, such as ./bin/PROGRAM.',
    examples: [['pass', 'show', 'huggingface/token']],
  },
  beside: {
    timeout: {
      type: 'string',
      title: 'a time',
      pattern: '^[1-9][0-9]{0,3}[sm]$',
      patternErrorMessage: 'Write a number and a unit: s or m, such as 10s.',
      description: 'After how long the program is stopped (with `exec`); 30s where it is not written.',
      examples: ['10s'],
    },
  },
  example: '{ exec: [PROGRAM, ARGUMENT] }',
  references: { exec: 'Write { exec: [PROGRAM, ARGUMENT] }.' },
  parse: (command, { base, beside }) => ({
    from: 'exec',
    command,
    base,
    ...defined({ timeoutMs: parseDuration(beside.get('timeout') ?? '', ['s', 'm']) }),
  }),
  // Its arguments may hold a value.
  name: ({ command }) => `The output of \`${command[0] ?? ''}\``,
  read: async (source, context) => (await import('./read.js')).readExec(source, context),
  timeoutMs: ({ timeoutMs }) => timeoutMs ?? TIMEOUT_MS,
  onTimeout: 'Run the program by hand, or give it longer: timeout: 2m',
};
