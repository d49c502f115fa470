import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Io } from './io.js';

/** The folder of this package: two folders up, both from `src/cli` and from `dist/cli` and `dist/chunks`. */
export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** The `package.json` of this program. */
export function packageJson(): { readonly version: string } {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return JSON.parse(text) as { readonly version: string };
}

/** The version of this program. */
export function toolVersion(): string {
  return packageJson().version;
}

/** What `version` and `--version` print. */
export function versionText({ runtime }: Pick<Io, 'runtime'>): string {
  return `secrets ${toolVersion()}${runtime === undefined ? '' : ` (${runtime})`}`;
}
