import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorCode } from '../model/index.js';
import type { Diagnostic, StateData } from '../model/index.js';
import { encodeState } from '../state/index.js';
import type { EngineScope } from './run-scope.js';

/**
 * Keeps a state that its backend did not take in a file of the current folder (mode 0600), so that nothing of what this run
 * did is lost. A lost lock is no reason for that: another run goes on from the intents, and knows better by now.
 * @param why what the backend said
 * @returns what to tell: why, where it is kept, and what to do with it
 */
export async function rescueState(
  next: StateData,
  why: readonly Diagnostic[],
  context: EngineScope,
): Promise<readonly Diagnostic[]> {
  const isFenced = why.some(({ code }) => code === 'state-lock-lost' || code === 'state-moved-on');
  if (isFenced) return [...why, FENCED];
  const name = `${next.stack}.rescued-${next.serial}-${Date.now().toString(36)}.state.json`;
  try {
    await writeFile(resolve(context.cwd, name), encodeState(next), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    return [...why, notKept(errorCode(error) ?? 'unknown error')];
  }
  return [...why, kept(name)];
}

const FENCED: Diagnostic = {
  severity: 'error',
  code: 'state-not-saved',
  summary: 'What this run did since it last saved the state is not in it.',
  next: 'Run the command again: what was about to be made is known, and is found again.',
};

function kept(name: string): Diagnostic {
  return {
    severity: 'error',
    code: 'state-rescued',
    summary: `The state could not be saved where it belongs. It is kept in ${name} instead; no value is in it.`,
    next: `Once the backend works again, run: secrets state push ${name}`,
  };
}

function notKept(code: string): Diagnostic {
  return {
    severity: 'error',
    code: 'state-not-saved',
    summary: `The state could not be saved, nor be kept in a file of the current folder (${code}).`,
    next: 'Make room, then run the command again: what was about to be made is known, and is found again.',
  };
}
