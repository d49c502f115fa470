import { resolve } from 'node:path';
import { replaceFile } from '../files/write.js';
import { errorCode, problem } from '../model/index.js';
import type { Diagnostic, StateData } from '../model/index.js';
import { encodeState } from '../state/index.js';
import type { EngineScope } from './run-scope.js';

/**
 * Keeps a state that its backend did not take in a file of the current folder (mode 0600), so that nothing of what this run
 * did is lost. After a lost lock nothing is kept: another run goes on from the intents, and knows better by now.
 * @param problems what the backend said
 * @returns all that there is to report: the problems, where the state is kept, and what to do with it
 */
export async function rescueState(
  next: StateData,
  problems: readonly Diagnostic[],
  { cwd, now }: EngineScope,
): Promise<readonly Diagnostic[]> {
  const isFenced = problems.some(({ code }) => code === 'state-lock-lost' || code === 'state-moved-on');
  if (isFenced) return [...problems, FENCED];
  const name = `${next.stack}.rescued-${next.serial}-${now().getTime().toString(36)}.state.json`;
  try {
    await replaceFile(resolve(cwd, name), encodeState(next));
  } catch (error) {
    return [...problems, notKept(errorCode(error) ?? 'unknown error')];
  }
  return [...problems, kept(name)];
}

const FENCED = problem({
  code: 'state-not-saved',
  summary: 'What this run did since it last saved the state is not in the state.',
  next: 'Run the command again: what was about to be made is recorded, and is found again.',
});

function kept(name: string): Diagnostic {
  return problem({
    code: 'state-rescued',
    summary: `The state could not be saved to its backend. It is kept in ${name} instead; it holds no value.`,
    next: `When the backend works again, run: secrets state push ${name}`,
  });
}

function notKept(code: string): Diagnostic {
  return problem({
    code: 'state-not-saved',
    summary: `The state could not be saved to its backend, nor to a file in the current folder (${code}).`,
    next: 'Free disk space, then run the command again: what was about to be made is recorded, and is found again.',
  });
}
