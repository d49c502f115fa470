import { readFileSync } from 'node:fs';

/** The version of this program, from its `package.json`: two folders up, both from `src/cli` and from `dist/cli` and `dist/chunks`. */
export function toolVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
