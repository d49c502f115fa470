import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { EndSource } from '../../../src/model/index.js';
import { CANARY } from './context.js';
import type { ChildReading, ChildRequest } from './read-in-child.js';

const TSX = import.meta.resolve('tsx');
const PROGRAM = fileURLToPath(new URL('read-in-child.ts', import.meta.url));

/** How the child is started. */
export interface ChildOptions {
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Another copy of the program; its folder says which packages there are. */
  readonly program?: string;
}

/**
 * Reads sources in a child process, all at the same time. It has to end by itself with code 0 and to leave standard error empty: an SDK
 * that talks there, or keeps the process open, fails the test.
 */
export async function readInChild(
  sources: readonly EndSource[],
  { env, timeoutMs, program = PROGRAM }: ChildOptions,
): Promise<readonly ChildReading[]> {
  const child = spawn(process.execPath, ['--import', TSX, program], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: 'pipe',
  });
  const request: ChildRequest = { sources, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  child.stdin.end(JSON.stringify(request));
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.on('close', resolve)),
  ]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const readings = JSON.parse(stdout) as readonly ChildReading[];
  for (const { problem } of readings) {
    expect(JSON.stringify(problem ?? {})).not.toContain(CANARY.slice(0, 6));
  }
  return readings;
}

/** A problem as `code: summary`. */
export function said({ problem }: ChildReading): string {
  if (problem === undefined) throw new Error('The reading has no problem.');
  return `${problem.code}: ${problem.summary}`;
}
