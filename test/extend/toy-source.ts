import type { EndSource } from '../../src/model/index.js';
import type { SourceDefinition } from '../../src/values/index.js';

/** A value of the toy store, which is the environment variable `TOY_STORE`: JSON of names and values. */
interface ToySource extends EndSource {
  readonly from: 'toy';
  readonly name: string;
  readonly shelf?: string;
}

/** The store's login of each run, in the order of their making. */
export const logins: string[] = [];

/** A value source as a folder of `src/values` would define it. */
export const toySource: SourceDefinition<ToySource> = {
  word: 'toy',
  schema: {
    type: 'string',
    title: 'the name of a toy',
    pattern: '^[a-z]+$',
    patternErrorMessage: 'Write a name in small letters, such as bear.',
    description: 'A value of the toy store, by its name.',
    examples: ['bear'],
  },
  beside: {
    shelf: {
      type: 'string',
      title: 'the name of a shelf',
      pattern: '^[a-z]+$',
      patternErrorMessage: 'Write a name in small letters, such as top.',
      description: 'Which shelf of the store (with `toy`).',
      examples: ['top'],
    },
    version: {
      type: 'string',
      title: 'a version of a toy',
      pattern: '^(old|new)$',
      patternErrorMessage: 'Write old or new.',
      description: 'Which version (with `toy`), old or new.',
      examples: ['old'],
    },
  },
  example: '{ toy: NAME }',
  references: {
    toy: {
      example: '{ toy: NAME, shelf: SHELF }',
      parameters: ['shelf'],
      parse: ({ path, parameters }) => ({ text: path, beside: { shelf: parameters.get('shelf') } }),
    },
  },
  parse: ([name], { beside }) => {
    const shelf = beside.get('shelf');
    return { from: 'toy', name, ...(shelf === undefined ? {} : { shelf }) };
  },
  name: ({ name }) => `The toy ${name}`,
  credentials: ['TOY_TOKEN'],
  read({ name, shelf = 'top' }, { env, once }) {
    const store = once(logins, () => {
      logins.push(env['TOY_TOKEN'] ?? '');
      return JSON.parse(env['TOY_STORE'] ?? '{}') as Record<string, string>;
    });
    const text = store[`${shelf}/${name}`];
    if (text !== undefined) return Promise.resolve({ text });
    return {
      problem: {
        severity: 'error',
        code: 'no-toy',
        summary: `The toy ${name} is not in the store.`,
        next: 'Look on another shelf: shelf: NAME',
      },
    };
  },
};
