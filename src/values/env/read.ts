import type { EndSource } from '../../model/index.js';
import { failed } from '../reading.js';
import type { RawReading, ValueContext } from '../reading.js';

/** Reads an environment variable. Unset is an error; empty is a value. */
export function readEnv({ name }: EndSource & { from: 'env' }, context: ValueContext): RawReading {
  // `process.env` inherits from objects: a variable called `constructor` is not set because of that.
  const text = Object.hasOwn(context.env, name) ? context.env[name] : undefined;
  if (text !== undefined) return { text };
  return failed(
    'unset-variable',
    `The environment variable ${name} is not set.`,
    `Set ${name} where this command runs, or change the value source.`,
  );
}
