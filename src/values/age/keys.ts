import { join } from 'node:path';
import { SMALL_FILE, readTextBounded } from '../../files/read.js';
import { errorCode, problemError } from '../../model/index.js';
import type { Sensitive } from '../../model/index.js';
import type { ValueContext } from '../reading.js';

/** The keys that open what age has encrypted. */
export interface AgeKeys {
  /** Identities of the form `AGE-SECRET-KEY-1…`, each once. */
  readonly identities: readonly Sensitive[];
  /** Whether there were keys of another kind (SSH, plugins), which only the programs `age` and `sops` can use. */
  readonly others: boolean;
}

/** Where keys are looked for, in words. */
export const AGE_KEY_PLACES =
  'SECRETS_AGE_KEY, SECRETS_AGE_KEY_FILE, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE and the keys.txt of sops';

/**
 * Finds the age keys: `SECRETS_AGE_KEY` (text) and `SECRETS_AGE_KEY_FILE` (a path), the same of sops (`SOPS_AGE_KEY`, `SOPS_AGE_KEY_FILE`), and
 * `sops/age/keys.txt` in the user's configuration folder (sops docs, "Encrypting using age"). All that exist count.
 * @throws DiagnosticError where a file that a variable names cannot be read
 */
export async function findAgeKeys(context: ValueContext): Promise<AgeKeys> {
  const { env, sensitive } = context;
  const texts = ['SECRETS_AGE_KEY', 'SOPS_AGE_KEY'].map((name) => env[name] ?? '');
  for (const name of ['SECRETS_AGE_KEY_FILE', 'SOPS_AGE_KEY_FILE']) {
    const path = env[name] ?? '';
    if (path !== '') texts.push(await readKeyFile(path, name, context));
  }
  texts.push(await readDefault(context));
  const words = texts.flatMap((text) =>
    text
      .split(/\r?\n/)
      .filter((line) => !line.trimStart().startsWith('#'))
      .flatMap((line) => line.split(/[\s,]+/))
      .filter((word) => word !== ''),
  );
  const isKey = (word: string): boolean => /^AGE-SECRET-KEY-1[0-9A-Z]+$/i.test(word);
  return {
    identities: [...new Set(words.filter(isKey).map((word) => word.toUpperCase()))].map((word) =>
      sensitive(word),
    ),
    others: words.some((word) => !isKey(word)),
  };
}

async function readKeyFile(path: string, variable: string, { signal }: ValueContext): Promise<string> {
  try {
    return await readTextBounded(path, SMALL_FILE, { pipe: signal });
  } catch (error) {
    throw problemError({
      code: 'bad-age-key',
      summary: `The age key file in ${variable} cannot be read (${errorCode(error) ?? 'unknown error'}).`,
      next: `Check the path in ${variable}.`,
    });
  }
}

/** The keys in the user's configuration folder, where `sops` looks for them; nothing where it has none. */
async function readDefault(context: ValueContext): Promise<string> {
  const folder = configFolder(context);
  if (folder === undefined) return '';
  return readTextBounded(join(folder, 'sops', 'age', 'keys.txt'), SMALL_FILE).catch(() => '');
}

function configFolder({ env, home }: ValueContext): string | undefined {
  const below = (...names: readonly string[]): string | undefined =>
    home === undefined ? undefined : join(home, ...names);
  if (process.platform === 'win32') return env['APPDATA'] ?? below('AppData', 'Roaming');
  const xdg = env['XDG_CONFIG_HOME'];
  if (xdg !== undefined && xdg !== '') return xdg;
  return process.platform === 'darwin' ? below('Library', 'Application Support') : below('.config');
}
