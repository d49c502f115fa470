import { createHmac, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DiagnosticError, Sensitive, errorCode } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';

/**
 * Makes a keyed fingerprint of a value: equal values under one domain have equal fingerprints, and nothing else can be
 * learnt from one without the key. The domain (address and field) keeps equal values in two places apart. Text that is no
 * secret (an option that is compared with one, a plan) comes as it is.
 */
export type Fingerprinter = (domain: string, value: Sensitive | string) => string;

/** A key, and where it came from. */
export interface FingerprintKey {
  readonly fingerprint: Fingerprinter;
  readonly diagnostics: readonly Diagnostic[];
}

const MIN_KEY_LENGTH = 16;

/**
 * The fingerprinter under a key. HMAC-SHA-256; domain and value are set apart by the domain's length, so that no two
 * pairs run together.
 */
export function fingerprinter(key: Sensitive): Fingerprinter {
  return (domain, value) => {
    const mac = createHmac('sha256', key.reveal());
    mac.update(`secrets-fingerprint-1\0${domain.length}\0${domain}\0`);
    return `hmac-sha256:${mac.update(typeof value === 'string' ? value : value.reveal()).digest('base64url')}`;
  };
}

/**
 * Finds the key: `SECRETS_KEY`, else the key file beside a local state.
 * @param keyFile the key file's path; absent where the state is not local
 * @returns `undefined` where there is none: all else works, but a change can be noticed only where the system shows values
 * @throws DiagnosticError where `SECRETS_KEY` is too short, or the file is there and cannot be read
 */
export async function findKey(
  env: Readonly<Record<string, string | undefined>>,
  keyFile: string | undefined,
): Promise<FingerprintKey | undefined> {
  const fromEnv = env['SECRETS_KEY'];
  if (fromEnv !== undefined && fromEnv !== '') {
    if (fromEnv.length < MIN_KEY_LENGTH) {
      throw keyProblem(
        `SECRETS_KEY is shorter than ${MIN_KEY_LENGTH} characters.`,
        'Make a long random one: openssl rand -base64 32',
      );
    }
    return { fingerprint: fingerprinter(new Sensitive(fromEnv)), diagnostics: [] };
  }
  if (keyFile === undefined) return undefined;
  let text: string;
  let mode: number;
  try {
    text = (await readFile(keyFile, 'utf8')).trim();
    mode = (await stat(keyFile)).mode;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw keyProblem(
      `The key file ${keyFile} cannot be read.`,
      'Make it readable for this user (mode 0600).',
    );
  }
  if (text.length < MIN_KEY_LENGTH) {
    throw keyProblem(
      `The key file ${keyFile} is damaged: it holds no key.`,
      'Bring it back from a backup, or delete it: the next apply makes a new one.',
    );
  }
  const open = (mode & 0o077) !== 0;
  const diagnostics: Diagnostic[] = open
    ? [
        {
          severity: 'warning',
          code: 'key-file-mode',
          summary: `The key file ${keyFile} can be read by other users.`,
          next: `Run: chmod 600 ${keyFile}`,
        },
      ]
    : [];
  return { fingerprint: fingerprinter(new Sensitive(text)), diagnostics };
}

/**
 * Makes the key file (mode 0600, random), unless one is there. Two runs at once end with one key: the file appears whole
 * or not at all.
 * @throws DiagnosticError where it cannot be written
 */
export async function makeKeyFile(keyFile: string): Promise<void> {
  try {
    await putKeyFile(keyFile);
  } catch (error) {
    throw keyProblem(
      `The key file ${keyFile} cannot be written (${errorCode(error) ?? 'unknown error'}).`,
      'Make room or give this user the right to write there, or set SECRETS_KEY.',
    );
  }
}

async function putKeyFile(keyFile: string, tries = 3): Promise<void> {
  await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
  const draft = `${keyFile}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${randomBytes(32).toString('base64')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, keyFile);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    // Somebody took the draft for one of a dead run.
    if (errorCode(error) !== 'ENOENT' || tries === 1) throw error;
    await putKeyFile(keyFile, tries - 1);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

function keyProblem(summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code: 'bad-key', summary, next }]);
}
