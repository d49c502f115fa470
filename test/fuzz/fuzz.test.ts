import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { SEED } from '../support/seed.js';
import { FAMILIES } from './families.js';

/*
 * Spoiled inputs: each ends, within its limits of time and memory, with an exit code and words of ours. CASES says how many of each
 * family (`npm run test:fuzz`: 10,000 in all), SEED repeats them, and FUZZ_CASE=state:17 runs one.
 */

const CASES = Number(process.env['CASES'] ?? 60);
const [ONLY_FAMILY, ONLY_CASE] = process.env['FUZZ_CASE']?.split(':') ?? [];

/** An input that takes longer than this has hung. An ordinary one takes some 20 ms. */
const MOST_MS = 60_000;

/** What a driver may take of the heap; the inputs have 4 MiB at most. */
const MOST_MEGABYTES = 768;

interface Line {
  readonly number?: number;
  readonly wrong?: string;
  readonly done?: number;
}

/** Runs the cases of a family. Gives what was wrong, by case. */
async function fuzz(family: string): Promise<readonly string[]> {
  const driver = spawn(
    process.execPath,
    [
      `--max-old-space-size=${String(MOST_MEGABYTES)}`,
      '--import',
      'tsx',
      join(import.meta.dirname, 'driver.ts'),
      family,
      String(CASES),
      String(SEED),
      ...(ONLY_CASE === undefined ? [] : [ONLY_CASE]),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const wrong: string[] = [];
  let last = 'before the first case';
  let done = false;
  let watchdog: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      wrong.push(`${last}: no answer`);
      driver.kill('SIGKILL');
    }, MOST_MS);
  };
  const ended = new Promise<void>((resolve) =>
    driver.once('close', () => {
      resolve();
    }),
  );
  watch();
  for await (const text of createInterface({ input: driver.stdout })) {
    const line = JSON.parse(text) as Line;
    watch();
    if (line.number !== undefined) last = `${family}:${String(line.number)}`;
    if (line.wrong !== undefined) wrong.push(`${last}: ${line.wrong}`);
    if (line.done !== undefined) done = true;
  }
  await ended;
  clearTimeout(watchdog);
  if (!done && wrong.length === 0) wrong.push(`${last}: the process ended`);
  return wrong;
}

describe('spoiled inputs have a clear answer', () => {
  const families = Object.keys(FAMILIES).filter((name) => ONLY_FAMILY === undefined || name === ONLY_FAMILY);
  it.each(families)('%s', { timeout: 1_800_000 }, async (family) => {
    expect(
      await fuzz(family),
      `repeat one with SEED=${String(SEED)} CASES=${String(CASES)} FUZZ_CASE=…`,
    ).toEqual([]);
  });
});
