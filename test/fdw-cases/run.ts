/**
 * Plays the recorded cases of the `duckdb` wrapper against the stand-in, on real servers, and prints what agrees:
 * `npm run test:fdw-cases -- [FILE]`. FILE is a recording of the same form; default: the recording of this repository.
 * Exit code 1 when a case disagrees that isn't listed in `exceptions.json`, or agrees although it is.
 */
import { fileURLToPath } from 'node:url';

import { startRealPostgres } from '../support/postgres/index.js';
import { healed, playAll, report, unexpected } from './report.js';

const file = process.argv[2] ?? fileURLToPath(new URL('../fixtures/duckdb-fdw-cases.json', import.meta.url));
let failed = false;
for (const version of [18, 15] as const) {
  const server = await startRealPostgres({ version });
  if ('skipped' in server) continue;
  try {
    const played = await playAll({ url: server.superuserUrl, logFile: server.logFile }, file);
    console.log(`PostgreSQL ${version}\n${report(played)}\n`);
    failed ||= unexpected(played).length > 0 || healed(played).length > 0;
  } finally {
    await server.stop();
  }
}
process.exitCode = failed ? 1 : 0;
