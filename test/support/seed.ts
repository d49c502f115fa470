import { randomInt } from 'node:crypto';

/** The seed of all random tests of a run: SEED, or one made by the process that runs them all, which prints it. */
export const SEED = Number(process.env['SEED'] ?? randomInt(2 ** 31));
