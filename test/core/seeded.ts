import fc from 'fast-check';
import { SEED } from '../support/seed.js';

fc.configureGlobal({ seed: SEED });

/** Runs a property on random input; a failure prints the seed and the smallest input that fails. */
export function holds<Input>(
  arbitrary: fc.Arbitrary<Input>,
  predicate: (input: Input) => void,
  runs = 200,
): void {
  fc.assert(fc.property(arbitrary, predicate), { numRuns: runs });
}

/** As `holds`, for predicates that wait for something. */
export async function holdsAsync<Input>(
  arbitrary: fc.Arbitrary<Input>,
  predicate: (input: Input) => Promise<void>,
  runs = 50,
): Promise<void> {
  await fc.assert(fc.asyncProperty(arbitrary, predicate), { numRuns: runs });
}
