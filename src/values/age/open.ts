import { problemError } from '../../model/index.js';
import type { Sensitive } from '../../model/index.js';
import { importOptional } from '../optional.js';

/** Why a file cannot be opened. */
export type Closed = 'no-age-file' | 'passphrase' | 'no-key' | 'damaged';

/** What was encrypted, or why it cannot be opened. */
export type Opened = { readonly bytes: Uint8Array } | { readonly why: Closed };

const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
/** The first line of every age file (age specification, "age-encryption.org/v1"). */
const VERSION_LINE = 'age-encryption.org/v1\n';

/**
 * Decrypts what age has encrypted, armored or not.
 * @param neededBy what needs it, as the start of a sentence: `Files encrypted by age`
 * @throws DiagnosticError where the package is not installed, or where a key is not valid
 */
export async function openAge(
  file: Uint8Array,
  identities: readonly Sensitive[],
  neededBy: string,
): Promise<Opened> {
  const { Decrypter, armor } = await importOptional(
    'age-encryption',
    () => import('age-encryption'),
    neededBy,
  );
  let bytes = file;
  const start = Buffer.from(file.subarray(0, 200)).toString('latin1').trimStart();
  if (start.startsWith(BEGIN)) {
    try {
      bytes = armor.decode(Buffer.from(file).toString('latin1'));
    } catch {
      return { why: 'damaged' };
    }
  }
  const header = Buffer.from(bytes.subarray(0, 64 * 1024)).toString('latin1');
  if (!header.startsWith(VERSION_LINE)) return { why: 'no-age-file' };
  if (header.startsWith(`${VERSION_LINE}-> scrypt `)) return { why: 'passphrase' };
  const decrypter = new Decrypter();
  for (const identity of identities) {
    try {
      decrypter.addIdentity(identity.reveal());
    } catch {
      throw problemError({
        code: 'bad-age-key',
        summary: 'One of the age keys is damaged: its checksum is wrong.',
        next: 'Copy it again: it is one line, AGE-SECRET-KEY-1 and 58 letters and digits.',
      });
    }
  }
  try {
    return { bytes: await decrypter.decrypt(bytes) };
  } catch (error) {
    // The library says this in its words alone, and shows no other difference.
    const isNoKey = error instanceof Error && error.message.includes('no identity matched');
    return { why: isNoKey ? 'no-key' : 'damaged' };
  }
}
