import { execFileSync } from 'node:child_process';
import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { globSync } from 'tinyglobby';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What `npm run generate` makes and Git does not keep. */
const MADE = ['src/config/check/validator.generated.js', 'src/plan/plan-file.generated.js'];

/** Makes the generated modules where one is missing, or older than what it could have been made from. */
export function generateIfStale(): void {
  const made = Math.min(...MADE.map(changedAt));
  const sources = globSync(['src/**/*.ts', 'schemas/*', '!**/*.test.ts'], { cwd: ROOT });
  if (sources.every((source) => changedAt(source) <= made)) return;
  execFileSync(process.execPath, ['--import', 'tsx', 'schemas/generate.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // What did not change was not written.
  const now = new Date();
  for (const path of MADE) utimesSync(join(ROOT, path), now, now);
}

/** When a file was last written; the beginning of time where it is missing. */
function changedAt(path: string): number {
  try {
    return statSync(join(ROOT, path)).mtimeMs;
  } catch {
    return 0;
  }
}
