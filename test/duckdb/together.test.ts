import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openSite } from './site.js';

const SCRIPT = fileURLToPath(new URL('run.ts', import.meta.url));
const ROUNDS = 15;

/** Everything that may become of a write beside which somebody else writes. */
const FAIR = [
  'done',
  'failed: its file was changed after the plan was made',
  'failed: it already exists: created after the plan was made',
];

it('two processes that write one secret at once never lose it, nor each other unseen', async () => {
  const site = await openSite();
  await site.configure('{ other: { type: http } }');
  await site.applied();
  const write = async (name: string): Promise<Readonly<Record<string, number>>> => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      SCRIPT,
      site.secretDirectory,
      name,
      String(ROUNDS),
    ]);
    return JSON.parse(stdout) as Record<string, number>;
  };
  let running = true;
  const isRunning = (): boolean => running;
  const writers = Promise.all([write('ana'), write('ben')]).finally(() => {
    running = false;
  });
  let seen = false;
  let lost = 0;
  while (isRunning()) {
    const there = existsSync(site.fileOf('shared'));
    if (seen && !there) lost += 1;
    seen ||= there;
    await turn();
  }
  const counts = await writers;
  expect(lost).toBe(0);
  for (const one of counts) {
    expect(Object.keys(one).filter((words) => !FAIR.includes(words))).toEqual([]);
    expect(one['done']).toBeGreaterThan(0);
    expect(Object.values(one).reduce((sum, count) => sum + count, 0)).toBe(ROUNDS);
  }
  expect((await readdir(site.secretDirectory)).sort()).toEqual([
    'other.duckdb_secret',
    'shared.duckdb_secret',
  ]);
  const rows = await site.byHand(
    "SELECT secret_string AS text FROM duckdb_secrets(redact = false) WHERE name = 'shared'",
  );
  // One whole value, never parts of two.
  expect(rows[0]?.['text']).toMatch(/;bearer_token=((ana|ben)-\d+-)\1{499}$/);
  await site.settled();
});
