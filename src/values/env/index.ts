import type { EndSource } from '../../model/index.js';
import type { SourceDefinition } from '../definition.js';
import { failed } from '../reading.js';
import type { RawReading, ValueContext } from '../reading.js';

/** An environment variable. */
export interface EnvSource extends EndSource {
  readonly from: 'env';
  readonly name: string;
}

export const env: SourceDefinition<EnvSource> = {
  word: 'env',
  schema: {
    type: 'string',
    title: 'the name of an environment variable',
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    patternErrorMessage: 'Write the name of an environment variable (letters, digits and _), not its value.',
    description: 'The value of an environment variable, by its name.',
    examples: ['HF_TOKEN'],
  },
  example: '{ env: NAME }',
  common: true,
  references: {
    envsubst: {
      example: '{ env: NAME }',
      parameters: [],
      parse: ({ path }) => {
        const [, braced, plain] = /^\$(?:\{(\w+)\}|(\w+))$/.exec(path) ?? [];
        const text = braced ?? plain;
        return text === undefined ? undefined : { text };
      },
    },
    env: 'Write { env: NAME }.',
  },
  parse: ([name]) => ({ from: 'env', name }),
  name: ({ name }) => `The environment variable ${name}`,
  read: readEnv,
  empty: {
    code: 'empty-variable',
    what: 'is set, but empty',
    next: 'If it comes from a CI secret, check its name, and that this job may read it.',
  },
};

/** Reads an environment variable; unset is an error. */
function readEnv({ name }: EnvSource, context: ValueContext): RawReading {
  // `process.env` inherits from objects: a variable called `constructor` is not set because of that.
  const text = Object.hasOwn(context.env, name) ? context.env[name] : undefined;
  if (text !== undefined) return { text };
  return failed(
    'unset-variable',
    `The environment variable ${name} is not set.`,
    `Set ${name} where this command runs, or change the value source.`,
  );
}
