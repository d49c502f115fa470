import { expect } from 'vitest';
import type { Diagnostic, Transforms } from '../../../src/model/index.js';
import { runScope } from '../../scope.js';
import type { AnyReading, ValueContext } from '../../../src/values/reading.js';
import { stdin } from '../../../src/values/stdin/index.js';
import { transformer } from '../../../src/values/transforms.js';

/** A value that no message may hold. */
export const CANARY = 'cAn4ry-"quoted" \\ ünïcode 🦆 %41 $HOME';

/** The context of one run with these variables. */
export function contextOf(env: Readonly<Record<string, string>>, signal?: AbortSignal): ValueContext {
  return runScope({ env, cwd: process.cwd(), signal });
}

/** The text that a reading gives without any transform. */
export function textOf(reading: AnyReading): string {
  return valueOf(reading, {});
}

/** The text that a reading gives after these transforms. */
export function valueOf(reading: AnyReading, transforms: Transforms): string {
  const { value, problems } = transformer(reading, stdin, runScope())({ from: 'stdin', ...transforms });
  expect(problems).toEqual([]);
  if (value === undefined) throw new Error('The reading has no value.');
  return value.reveal();
}

/** The problem of a reading that failed: one error, with something to do next, and without a value in it. */
export function problemOf(reading: AnyReading): Diagnostic {
  const { problem } = reading;
  if (problem === undefined) throw new Error('The reading has no problem.');
  expect(Object.keys(reading)).toEqual(['problem']);
  expect(problem.severity).toBe('error');
  expect(problem.next).toMatch(/\w/);
  expect(JSON.stringify(problem)).not.toContain(CANARY.slice(0, 6));
  return problem;
}
