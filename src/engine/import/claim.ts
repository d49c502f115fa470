import type { ActualResource, ProblemWords } from '../../model/index.js';

/** What is wrong where an object carries the mark of a stack that the configuration does not take it over from. */
export function claimProblem(
  { address, claimedBy, mayMark }: ActualResource,
  stack: string,
  from: string | undefined,
): ProblemWords | undefined {
  if (claimedBy === undefined || claimedBy === stack) return undefined;
  if (claimedBy === from && mayMark !== false) return undefined;
  return {
    code: 'import-claimed',
    summary: `${address} carries the mark of the stack ${claimedBy}.`,
    next: `Release it there first: write \`removed: [${address}]\` in that stack, and apply it. If that stack is no more: \`lifecycle: { adopt: { from: ${claimedBy} } }\`.`,
    address,
  };
}
