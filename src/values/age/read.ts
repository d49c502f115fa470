import { defined } from '../../model/index.js';
import { AGE_KEY_PLACES, findAgeKeys } from './keys.js';
import { openAge } from './open.js';
import type { Closed } from './open.js';
import { readLocalFile } from '../local-file.js';
import { failed } from '../reading.js';
import type { AgeSource } from './source.js';
import type { RawReading, ValueContext } from '../reading.js';

/** Reads a file that age has encrypted for a recipient, armored or not, and gives what is in it. */
export async function readAge(source: AgeSource, context: ValueContext): Promise<RawReading> {
  const file = await readLocalFile(source, context);
  if (file.bytes === undefined) return file;
  const { identities } = await findAgeKeys(context);
  const opened = await openAge(file.bytes, identities, 'Files encrypted by age');
  if ('why' in opened) return explain(source.path, opened.why, identities.length);
  return { bytes: opened.bytes, ...defined({ problem: file.problem }) };
}

function explain(path: string, why: Closed, keys: number): RawReading {
  switch (why) {
    case 'no-age-file':
      return failed(
        'not-encrypted',
        `The file ${path} is not encrypted by age.`,
        'Encrypt it: age -r RECIPIENT',
      );
    case 'passphrase':
      return failed(
        'no-age-key',
        `The file ${path} is encrypted with a passphrase, which is not supported.`,
        'Encrypt it for a recipient instead: age -r RECIPIENT',
      );
    case 'no-key':
      return failed(
        'no-age-key',
        keys === 0
          ? `The file ${path} needs an age key, and none is set.`
          : `None of the ${keys} age key${keys === 1 ? '' : 's'} opens the file ${path}.`,
        keys === 0
          ? 'Set SECRETS_AGE_KEY, or SECRETS_AGE_KEY_FILE to the path of a file of keys.'
          : 'Encrypt it for the recipient of a key that you have, or use another key.',
        `Keys are taken from ${AGE_KEY_PLACES}.`,
      );
    case 'damaged':
      return failed(
        'damaged-file',
        `The file ${path} is damaged: it was changed after it was encrypted.`,
        'Restore it from Git, or encrypt it again.',
      );
  }
}
