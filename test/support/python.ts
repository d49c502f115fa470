import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Kept from run to run: what comes from a registry. */
export const CACHE = fileURLToPath(new URL('../../node_modules/.cache/secrets-tests', import.meta.url));

/** A Python with packages, or why there is none. */
export type Python = { readonly python: string } | { readonly skipped: string };

/** The time that installing may take, in milliseconds. */
export const INSTALL_MS = 300_000;

/** A virtual environment with these packages, made once and kept beside `node_modules`. */
export async function pythonWith(packages: readonly string[]): Promise<Python> {
  const id = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
  const folder = join(CACHE, `python-${id}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) return { python };
  const draft = `${folder}-${String(process.pid)}`;
  try {
    await mkdir(dirname(draft), { recursive: true });
    const options = { timeout: INSTALL_MS };
    await run('python3', ['-m', 'venv', draft], options);
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
    await run(join(draft, 'bin', 'python'), [...pip, ...packages], options);
    // In one step; another process may have been faster.
    await rename(draft, folder).catch(async (error: unknown) => {
      if (!existsSync(python)) throw error;
      await rm(draft, { recursive: true, force: true });
    });
    return { python };
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    return { skipped: `${packages.join(', ')} cannot be installed: ${shortened(error)}` };
  }
}

function shortened(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .slice(0, 3)
    .join(' ');
}
