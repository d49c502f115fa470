import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DiagnosticError, Sensitive, errorCode } from '../../model/index.js';
import { problem } from '../reading.js';

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
 * `sops/age/keys.txt` in the user's configuration folder (sops docs, "Encrypting using age"). All that are there count.
 * @throws DiagnosticError where a file that a variable names cannot be read
 */
export async function findAgeKeys(env: Readonly<Record<string, string | undefined>>): Promise<AgeKeys> {
  const texts = ['SECRETS_AGE_KEY', 'SOPS_AGE_KEY'].map((name) => env[name] ?? '');
  for (const name of ['SECRETS_AGE_KEY_FILE', 'SOPS_AGE_KEY_FILE']) {
    const path = env[name] ?? '';
    if (path !== '') texts.push(await readKeyFile(path, name));
  }
  texts.push(await readDefault(env));
  const words = texts.flatMap((text) =>
    text
      .split(/\r?\n/)
      .filter((line) => !line.trimStart().startsWith('#'))
      .flatMap((line) => line.split(/[\s,]+/))
      .filter((word) => word !== ''),
  );
  const isKey = (word: string): boolean => /^AGE-SECRET-KEY-1[0-9A-Z]+$/i.test(word);
  return {
    identities: [...new Set(words.filter(isKey).map((word) => word.toUpperCase()))].map(
      (word) => new Sensitive(word),
    ),
    others: words.some((word) => !isKey(word)),
  };
}

async function readKeyFile(path: string, variable: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new DiagnosticError([
      problem(
        'bad-age-key',
        `The file of age keys that ${variable} names cannot be read (${errorCode(error) ?? 'unknown error'}).`,
        `Check the path in ${variable}.`,
      ),
    ]);
  }
}

/** The keys in the user's configuration folder, where `sops` looks for them; nothing where there are none. */
async function readDefault(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  try {
    return await readFile(join(configFolder(env), 'sops', 'age', 'keys.txt'), 'utf8');
  } catch {
    return '';
  }
}

function configFolder(env: Readonly<Record<string, string | undefined>>): string {
  const home = env['HOME'] ?? homedir();
  if (process.platform === 'win32') return env['APPDATA'] ?? join(home, 'AppData', 'Roaming');
  const xdg = env['XDG_CONFIG_HOME'];
  if (xdg !== undefined && xdg !== '') return xdg;
  return process.platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.config');
}
