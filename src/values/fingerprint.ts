import { createHmac, randomBytes, scrypt } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SMALL_FILE, readBounded } from '../files/read.js';
import { createFile, keepOutOfGit, makeFolderOf } from '../files/write.js';
import { errorCode, problem, problemError } from '../model/index.js';
import type { Diagnostic, DiagnosticError, RunScope, Sensitive } from '../model/index.js';

/**
 * Makes a keyed fingerprint of a value: equal values under one domain have equal fingerprints, and nothing else can be
 * learnt from one without the key. The domain (address and field) keeps equal values in two places apart. Text that is not a
 * secret (an option that is compared with one, a plan) is given as it is.
 * @param like a fingerprint to compare with: the result is made under its scheme
 */
export type Fingerprinter = (domain: string, value: Sensitive | string, like?: string) => string;

/** A key, and where it came from. */
export interface FingerprintKey {
  /** How messages call it: `SECRETS_KEY`, `the key file .secrets/prod.key`. */
  readonly name: string;
  /** Stretches the key, once in a run; it takes a tenth of a second, so only where a value or a seal needs it. */
  readonly open: () => Promise<Fingerprinter>;
  readonly diagnostics: readonly Diagnostic[];
}

const MIN_KEY_LENGTH = 16;

/** The scheme of 0.1.0, an HMAC under the key as it is: still compared with, never made. */
const UNSTRETCHED = 'hmac-sha256:';

/** The scheme of today: an HMAC under the stretched key. */
const STRETCHED = 'scrypt-hmac-sha256:';

/** Guessing a key that a person made up costs 32 MB and a tenth of a second a guess. The salt only sets this use apart from others. */
const STRETCHING = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const SALT = 'secrets-reconciler/fingerprint-key/1';

/**
 * The fingerprinter under a key, which is stretched by scrypt first. HMAC-SHA-256; domain and value are set apart by the domain's
 * length, so that no two pairs run together.
 */
export async function fingerprinter(key: Sensitive): Promise<Fingerprinter> {
  const stretched = await stretch(key);
  return (domain, value, like) => {
    const isOld = like?.startsWith(UNSTRETCHED) === true;
    const mac = createHmac('sha256', isOld ? key.reveal() : stretched);
    mac.update(`secrets-fingerprint-1\0${domain.length}\0${domain}\0`);
    mac.update(typeof value === 'string' ? value : value.reveal());
    return `${isOld ? UNSTRETCHED : STRETCHED}${mac.digest('base64url')}`;
  };
}

function stretch(key: Sensitive): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(key.reveal(), SALT, 32, STRETCHING, (error, stretched) => {
      if (error === null) resolve(stretched);
      else reject(error);
    });
  });
}

/** Identifies what a run keeps of its keys. */
const OPENED = {};

/** The key of a text; opened once in a run, however often it is asked for. */
function keyOf(
  name: string,
  text: string,
  { sensitive, once }: Pick<RunScope, 'sensitive' | 'once'>,
  diagnostics: readonly Diagnostic[],
): FingerprintKey {
  const key = sensitive(text);
  return {
    name,
    diagnostics,
    open: () => {
      const opened = once(OPENED, () => new Map<string, Promise<Fingerprinter>>());
      const fingerprint = opened.get(text) ?? fingerprinter(key);
      opened.set(text, fingerprint);
      return fingerprint;
    },
  };
}

/**
 * Finds the key: `SECRETS_KEY`, else the key file beside a local state.
 * @param keyFile the key file's path; absent where the state is not local
 * @returns `undefined` where there is none: a change can be noticed only where the system shows values then
 * @throws DiagnosticError where `SECRETS_KEY` is too short, or the file exists but cannot be read
 */
export async function findKey(
  scope: Pick<RunScope, 'env' | 'sensitive' | 'once'>,
  keyFile: string | undefined,
): Promise<FingerprintKey | undefined> {
  return readKey(scope, { variable: 'SECRETS_KEY', keyFile });
}

/**
 * Finds the key that a state had before, for `state rekey`: `SECRETS_OLD_KEY`, else a file.
 * @returns `undefined` where neither is given
 * @throws DiagnosticError where it is too short, or the file cannot be read or does not exist
 */
export async function findOldKey(
  scope: Pick<RunScope, 'cwd' | 'env' | 'sensitive' | 'once'>,
  file: string | undefined,
): Promise<FingerprintKey | undefined> {
  const keyFile = file === undefined ? undefined : resolve(scope.cwd, file);
  const key = await readKey(scope, { variable: 'SECRETS_OLD_KEY', keyFile });
  if (key === undefined && keyFile !== undefined) {
    throw keyProblem(`The key file ${keyFile} does not exist.`, 'Check the path after --old-key-file.');
  }
  return key;
}

async function readKey(
  scope: Pick<RunScope, 'env' | 'sensitive' | 'once'>,
  { variable, keyFile }: { readonly variable: string; readonly keyFile: string | undefined },
): Promise<FingerprintKey | undefined> {
  const fromEnv = scope.env[variable];
  if (fromEnv !== undefined && fromEnv !== '') {
    if (fromEnv.length >= MIN_KEY_LENGTH) return keyOf(variable, fromEnv, scope, []);
    throw keyProblem(
      `${variable} is shorter than ${MIN_KEY_LENGTH} characters.`,
      'Make a long random key: openssl rand -base64 32',
    );
  }
  const file = keyFile === undefined ? undefined : await readKeyFile(keyFile);
  return file && keyOf(`the key file ${keyFile ?? ''}`, file.text, scope, file.diagnostics);
}

/** The key in a file, with a warning where other users can read it; `undefined` where the file does not exist. */
async function readKeyFile(
  keyFile: string,
): Promise<{ readonly text: string; readonly diagnostics: readonly Diagnostic[] } | undefined> {
  let text: string;
  let mode: number;
  try {
    const { bytes, stats } = await readBounded(keyFile, SMALL_FILE);
    text = bytes.toString('utf8').trim();
    mode = stats.mode;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw keyProblem(
      `The key file ${keyFile} cannot be read.`,
      'Make it readable for this user (mode 0600).',
    );
  }
  if (text.length < MIN_KEY_LENGTH) {
    throw keyProblem(
      `The key file ${keyFile} is damaged: it does not hold a key.`,
      'Restore it from a backup, or delete it: the next apply makes a new one.',
    );
  }
  return { text, diagnostics: (mode & 0o077) === 0 ? [] : [openKeyFile(keyFile)] };
}

function openKeyFile(keyFile: string): Diagnostic {
  return problem({
    severity: 'warning',
    code: 'key-file-mode',
    summary: `The key file ${keyFile} can be read by other users.`,
    next: `Run: chmod 600 ${keyFile}`,
  });
}

/**
 * Makes the key file (mode 0600, random), unless one exists. Two runs at once end with one key: the file appears whole
 * or not at all.
 * @throws DiagnosticError where it cannot be written
 */
export async function makeKeyFile(keyFile: string): Promise<void> {
  try {
    await makeFolderOf(keyFile);
    await createFile(keyFile, `${randomBytes(32).toString('base64')}\n`);
    await keepOutOfGit(dirname(keyFile));
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await isFile(keyFile))) return;
    throw keyProblem(
      `The key file ${keyFile} cannot be written (${errorCode(error) ?? 'unknown error'}).`,
      'Free disk space, give this user the right to write there, or set SECRETS_KEY.',
    );
  }
}

/** Whether a key file, or a link to one, has this name. */
async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function keyProblem(summary: string, next: string): DiagnosticError {
  return problemError({ code: 'bad-key', summary, next });
}
