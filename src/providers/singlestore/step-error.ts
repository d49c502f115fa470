import { defined } from '../../model/index.js';
import type { Outcome } from '../../model/index.js';
import { HttpError } from '../sdk/index.js';
import { explain } from './explain.js';

/** Why a step was not done, for people. */
export class StepError extends Error {
  override readonly name = 'StepError';
  readonly next: string | undefined;

  /**
   * @param message why; no value of a secret
   * @param next what to do about it
   */
  constructor(message: string, next?: string) {
    super(message);
    this.next = next;
  }
}

/** The outcome of a step that ended with an error. */
export function failedOutcome(address: string, error: unknown, host: string): Outcome {
  if (error instanceof StepError) {
    return {
      status: 'failed',
      address,
      message: error.message,
      ...defined({ next: error.next }),
    };
  }
  if (error instanceof HttpError) {
    const { message, next } = explain(error, host);
    return {
      status: 'failed',
      address,
      message,
      ...defined({ next }),
      ...(error.mayHaveHappened && error.facts.method !== 'GET' ? { mayHaveHappened: true } : {}),
    };
  }
  const message = error instanceof Error ? error.message : 'an unknown error';
  return { status: 'failed', address, message };
}
