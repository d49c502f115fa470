/*
 * What keeping a large state costs: reading 10,000 records and writing them after one change, in CPU time of a process that does
 * nothing else, for each backend; beside it, what parsing and writing that much JSON costs by itself. Prints; judges nothing.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startStateServer } from '../state/http-server.js';
import { startRealPostgres } from '../support/postgres/index.js';

const child = fileURLToPath(new URL('state-child.ts', import.meta.url));
const RUNS = Number(process.env['RUNS'] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'secrets-bench-'));
const server = await startStateServer({ kind: 'gitlab' });
const postgres = await startRealPostgres({ version: 18 });

/** One process: milliseconds of CPU for the read and for the write. */
async function measure(backend: string, place: string): Promise<{ read: number; write: number }> {
  const running = spawn(process.execPath, ['--import', 'tsx', child, backend, place], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(running.stdout)) as { read: number; write: number };
}

async function row(name: string, place: string): Promise<void> {
  const times: { read: number; write: number }[] = [];
  for (let run = 0; run < RUNS; run += 1) times.push(await measure(name, place));
  const median = (of: (one: { read: number; write: number }) => number): number =>
    times.map(of).sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
  const [read, write] = [median((one) => one.read), median((one) => one.write)];
  const sum = `${(read + write).toFixed(0).padStart(5)} ms CPU`;
  console.log(`${name.padEnd(10)} ${sum}  (read ${read.toFixed(0)}, write ${write.toFixed(0)})`);
}

try {
  console.log(`10,000 records, one changed; median of ${RUNS} fresh processes, Node ${process.version}`);
  await row('json', '');
  await row('local', folder);
  await row('http', JSON.stringify(server.fields('bench')));
  if ('skipped' in postgres) console.log(`postgres   skipped: ${postgres.skipped}`);
  else await row('postgres', await postgres.createDatabase());
  console.log('aim: less than 200 ms for each backend');
} finally {
  rmSync(folder, { recursive: true, force: true });
  await server.close();
  if (!('skipped' in postgres)) await postgres.stop();
}
