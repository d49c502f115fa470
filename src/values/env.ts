import { Sensitive } from '../model/index.js';
import type { ValueSource } from '../model/index.js';
import type { Reading, ValueContext } from './reading.js';

/** Reads an environment variable. Unset is an error; empty is a value, with a warning, since it seldom is meant. */
export function readEnv(source: ValueSource & { from: 'env' }, context: ValueContext): Reading {
  // `process.env` inherits from objects: a variable called `constructor` is not set because of that.
  const text = Object.hasOwn(context.env, source.name) ? context.env[source.name] : undefined;
  if (text === undefined) {
    return {
      problem: {
        severity: 'error',
        code: 'unset-variable',
        summary: `The environment variable ${source.name} is not set.`,
        next: `Set ${source.name} where this command runs, or change the value source.`,
      },
    };
  }
  if (text !== '') return { value: new Sensitive(text) };
  return {
    value: new Sensitive(''),
    problem: {
      severity: 'warning',
      code: 'empty-variable',
      summary: `The environment variable ${source.name} is set, but empty.`,
      next: 'If the value comes from a CI secret, check that this job may read it.',
    },
  };
}
