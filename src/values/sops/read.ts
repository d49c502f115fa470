import { AGE_KEY_PLACES, findAgeKeys } from '../age/keys.js';
import type { AgeKeys } from '../age/keys.js';
import { openAge } from '../age/open.js';
import { readLocalFile } from '../local-file.js';
import { failed } from '../reading.js';
import type { SopsSource } from './source.js';
import type { AnyReading, ValueContext } from '../reading.js';
import { decryptSops } from './decrypt.js';
import type { SopsRefusal } from './decrypt.js';
import { formatOf, parseSops } from './file.js';
import type { SopsFile, SopsMetadata } from './file.js';
import { readWithProgram } from './program.js';
import { textOf } from '../transforms.js';

/**
 * Reads a file that sops has encrypted: YAML, JSON, dotenv, or any other text (which sops keeps whole, in an envelope of JSON). Opened with
 * the age keys that are set here, every value and the MAC checked; with the program `sops` where the file needs more than that.
 * @returns a document; its values are taken by `key`, once read for all of them
 */
export async function readSops(source: SopsSource, context: ValueContext): Promise<AnyReading> {
  const file = await readLocalFile(source, context);
  if (file.bytes === undefined) return file;
  const reading = await decrypt(source, context, file);
  return file.problem === undefined || reading.problem !== undefined
    ? reading
    : { ...reading, problem: file.problem };
}

async function decrypt(
  source: SopsSource,
  context: ValueContext,
  { bytes, path }: { readonly bytes: Uint8Array; readonly path: string },
): Promise<AnyReading> {
  const format = formatOf(path);
  const program = (why: string, hosts: readonly string[]): Promise<AnyReading> =>
    readWithProgram(source, context, { path, format, why, hosts });
  const text = textOf(bytes);
  if (text === undefined) return failed('not-utf8', `The sops file ${source.path} is not UTF-8 text.`);
  if (format === 'ini') return program('is an INI file', hostsInLines(text));
  const parsed = await parseSops(text, format);
  if ('strange' in parsed) {
    return failed(
      'not-encrypted',
      `The file ${source.path} ${parsed.strange}, which is not supported in a sops file.`,
      'Keep one plain map in it, and encrypt it again.',
    );
  }
  if ('wrong' in parsed) return notSops(source.path, parsed.wrong === 'no-document' ? format : undefined);
  const { metadata, needsProgram } = parsed;
  if (needsProgram !== undefined) return program(needsProgram, metadata.hosts);
  const keys = await findAgeKeys(context);
  const dataKey = await openDataKey(metadata, keys);
  if (dataKey === undefined) {
    if (metadata.others.length === 0 && !keys.others) return noKey(source.path, metadata, keys);
    return program(whyProgram(metadata), metadata.hosts);
  }
  const decrypted = await decryptSops(parsed, dataKey);
  return 'wrong' in decrypted ? refused(source.path, decrypted) : readingOf(parsed, decrypted.root);
}

/** The hosts that an INI file names, whatever the section. */
function hostsInLines(text: string): string[] {
  return [...text.matchAll(/vault_?(?:address|url)[^=:\n]*[=:][ \t]*(\S+)/gi)].map(([, host]) => host ?? '');
}

/** A file that is neither YAML, JSON nor dotenv was one text before it was encrypted. */
function readingOf({ format }: SopsFile, root: SopsFile['root']): AnyReading {
  const whole = format === 'binary' ? root.entries.get('data') : undefined;
  return whole?.kind === 'leaf' ? { text: whole.text } : { document: root };
}

/** The key of all values, from the first of its copies that one of our keys opens. */
async function openDataKey({ age }: SopsMetadata, { identities }: AgeKeys): Promise<Uint8Array | undefined> {
  if (identities.length === 0) return undefined;
  for (const { enc } of age) {
    const opened = await openAge(Buffer.from(enc), identities, 'Files encrypted by sops');
    if ('bytes' in opened && opened.bytes.length === 32) return opened.bytes;
  }
  return undefined;
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  kms: 'AWS KMS',
  gcp_kms: 'Google Cloud KMS',
  azure_kv: 'Azure Key Vault',
  hc_vault: 'Vault',
  hckms: 'Huawei Cloud KMS',
  pgp: 'PGP',
};

function whyProgram({ others }: SopsMetadata): string {
  if (others.length === 0) return 'cannot be opened by an age key that is supported here';
  return `has its key in ${others.map((kind) => KIND_NAMES[kind] ?? kind).join(' and ')}`;
}

function noKey(path: string, { age }: SopsMetadata, { identities }: AgeKeys): AnyReading {
  const recipients = age.map(({ recipient }) => recipient).join(', ');
  return failed(
    'no-age-key',
    identities.length === 0
      ? `The sops file ${path} needs an age key, and none is set.`
      : `None of the ${identities.length} age key${identities.length === 1 ? '' : 's'} opens the sops file ${path}.`,
    'Set SOPS_AGE_KEY, or SOPS_AGE_KEY_FILE to the path of a file of keys.',
    `It is encrypted for ${recipients}. Keys are taken from ${AGE_KEY_PLACES}.`,
  );
}

function notSops(path: string, format: string | undefined): AnyReading {
  return failed(
    'not-encrypted',
    format === undefined
      ? `The file ${path} is not encrypted by sops.`
      : `The file ${path} cannot be read as ${format === 'binary' ? 'a file of sops' : format}.`,
    `Encrypt it: sops encrypt --in-place ${path}`,
  );
}

function refused(path: string, decrypted: SopsRefusal): AnyReading {
  const next = 'Restore it from Git, and change it with `sops edit` only.';
  switch (decrypted.wrong) {
    case 'mac':
      return failed(
        'wrong-mac',
        `The MAC of the sops file ${path} is wrong: values were changed, moved or removed after it was encrypted.`,
        next,
      );
    case 'value':
      return failed(
        'damaged-file',
        `The value at \`${decrypted.path}\` of the sops file ${path} is not what was encrypted.`,
        next,
      );
    case 'bytes':
      return failed(
        'not-utf8',
        `The value at \`${decrypted.path}\` of the sops file ${path} is not UTF-8 text.`,
        'The systems store text: encode the bytes first, for example as base64.',
      );
    case 'pattern':
      return failed(
        'bad-pattern',
        `The ${decrypted.rule} of the sops file ${path} ${decrypted.reason}.`,
        `Correct it in .sops.yaml, and encrypt the file again.`,
      );
  }
}
