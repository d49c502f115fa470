import { createDecipheriv, createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { DocumentNode, Leaf } from '../document.js';
import { patternOf } from './pattern.js';
import { decimal, isInt64 } from './numbers.js';
import type { SopsFile, SopsMetadata, SopsRule } from './file.js';

/** Why a file is refused. */
export type SopsRefusal =
  /** A value that cannot be opened with the data key, or that should be encrypted and is not. */
  | { readonly wrong: 'value'; readonly path: string }
  /** The values are not those that were encrypted, or not in that order. */
  | { readonly wrong: 'mac' }
  /** A value is not text. */
  | { readonly wrong: 'bytes'; readonly path: string }
  /** A pattern that chooses values cannot be used; the reason is a phrase that follows it. */
  | { readonly wrong: 'pattern'; readonly rule: SopsRule; readonly reason: string };

/** The values of a file, or why they cannot be opened. */
export type Decrypted = { readonly root: DocumentNode & { readonly kind: 'map' } } | SopsRefusal;

/** Thrown inside, with the path of a value. */
class Refused extends Error {
  readonly wrong: 'value' | 'bytes';

  constructor(wrong: 'value' | 'bytes', path: readonly string[]) {
    super(path.join('.'));
    this.wrong = wrong;
  }
}

/** What goes into the MAC before all else where it is over encrypted values alone: SHA-256 of `sops` (sops source, `sops.go`). */
const MAC_ONLY_ENCRYPTED = createHash('sha256').update('sops').digest();
const SEALED = /^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]/;

/**
 * Decrypts the values of a file, and checks its MAC: SHA-512 over all values in the order of the file (or over those that are encrypted,
 * where the file says so), itself encrypted with the data key (sops docs, "Message Authentication Code"). Without it somebody who
 * cannot read a value could still remove values, put old ones back or exchange what is not encrypted.
 * @param dataKey 32 bytes
 */
export async function decryptSops({ root, metadata }: SopsFile, dataKey: Uint8Array): Promise<Decrypted> {
  const isEncrypted = await encryptionRule(metadata);
  if (typeof isEncrypted === 'object') return isEncrypted;
  const hash = createHash('sha512');
  if (metadata.macOnlyEncrypted) hash.update(MAC_ONLY_ENCRYPTED);
  const walker: Walker = { dataKey, hash, isEncrypted, macOnlyEncrypted: metadata.macOnlyEncrypted };
  try {
    const entries = walkMap(walker, root.entries, []);
    const mac = open(metadata.mac, dataKey, metadata.lastmodified)?.plain.toString('latin1');
    const isWhole = mac !== undefined && mac.toUpperCase() === hash.digest('hex').toUpperCase();
    return isWhole ? { root: { kind: 'map', entries } } : { wrong: 'mac' };
  } catch (error) {
    if (error instanceof Refused) return { wrong: error.wrong, path: error.message };
    throw error;
  }
}

interface Walker {
  readonly dataKey: Uint8Array;
  readonly hash: Hash;
  readonly isEncrypted: (path: readonly string[]) => boolean;
  readonly macOnlyEncrypted: boolean;
}

function walkMap(
  walker: Walker,
  entries: ReadonlyMap<string, DocumentNode>,
  path: readonly string[],
): Map<string, DocumentNode> {
  const walked = new Map<string, DocumentNode>();
  for (const [key, node] of entries) {
    const [value] = walk(walker, node, [...path, key]);
    if (value !== undefined) walked.set(key, value);
  }
  return walked;
}

/** A node with its values opened; nothing where it was a comment. Items of a list have the path of the list. */
function walk(walker: Walker, node: DocumentNode, path: readonly string[]): readonly DocumentNode[] {
  switch (node.kind) {
    case 'map':
      return [{ kind: 'map', entries: walkMap(walker, node.entries, path) }];
    case 'list':
      return [{ kind: 'list', items: node.items.flatMap((item) => walk(walker, item, path)) }];
    case 'leaf':
      return walkLeaf(walker, node, path);
  }
}

function walkLeaf(walker: Walker, leaf: Leaf, path: readonly string[]): readonly Leaf[] {
  if (leaf.type === 'null') return [leaf];
  if (!walker.isEncrypted(path)) {
    if (!walker.macOnlyEncrypted) walker.hash.update(plainBytes(leaf));
    return [leaf];
  }
  if (leaf.type !== 'text') throw new Refused('value', path);
  // sops leaves an empty text as it is.
  if (leaf.text === '') return [leaf];
  const opened = open(leaf.text, walker.dataKey, `${path.join(':')}:`);
  if (opened === undefined) throw new Refused('value', path);
  if (opened.type === 'comment') return [];
  walker.hash.update(opened.plain);
  return [leafOf(opened, path)];
}

function leafOf({ plain, type }: Sealed, path: readonly string[]): Leaf {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
  } catch {
    throw new Refused('bytes', path);
  }
  if (type === 'bool') return { kind: 'leaf', type: 'boolean', text: text.toLowerCase() };
  return { kind: 'leaf', type: type === 'int' || type === 'float' ? 'number' : 'text', text };
}

interface Sealed {
  readonly plain: Buffer;
  readonly type: string;
}

/** Opens one value: AES-256 in GCM, with the path as additional data. `undefined` where it is not encrypted, or was changed. */
function open(text: string, key: Uint8Array, additional: string): Sealed | undefined {
  const [, data, iv, tag, type] = SEALED.exec(text) ?? [];
  if (data === undefined || iv === undefined || tag === undefined || type === undefined) return undefined;
  const authTag = Buffer.from(tag, 'base64');
  const nonce = Buffer.from(iv, 'base64');
  if (authTag.length !== 16 || nonce.length === 0) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAuthTag(authTag);
  decipher.setAAD(Buffer.from(additional));
  try {
    return { plain: Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]), type };
  } catch {
    return undefined;
  }
}

/** A value that is not encrypted, as sops puts it into the MAC (sops source, `ToBytes`). */
function plainBytes({ type, text }: Leaf): string {
  if (type === 'boolean') return text === 'true' ? 'True' : 'False';
  return type !== 'number' || isInt64(text) ? text : decimal(Number(text));
}

/** Which values are encrypted, by the names on the way to them: in the order of sops (sops source, `shouldBeEncrypted`). */
async function encryptionRule({
  rules,
}: SopsMetadata): Promise<((path: readonly string[]) => boolean) | SopsRefusal> {
  const unencrypted = await ruleOf(rules, 'unencrypted_regex');
  const encrypted = await ruleOf(rules, 'encrypted_regex');
  if (typeof unencrypted === 'object') return unencrypted;
  if (typeof encrypted === 'object') return encrypted;
  const { unencrypted_suffix: openSuffix, encrypted_suffix: closedSuffix } = rules;
  return (path) => {
    let answer = openSuffix === undefined || !path.some((name) => name.endsWith(openSuffix));
    if (closedSuffix !== undefined) answer = path.some((name) => name.endsWith(closedSuffix));
    if (unencrypted?.(path) === true) answer = false;
    return encrypted === undefined ? answer : encrypted(path);
  };
}

async function ruleOf(
  rules: SopsMetadata['rules'],
  rule: SopsRule,
): Promise<((path: readonly string[]) => boolean) | SopsRefusal | undefined> {
  const text = rules[rule];
  if (text === undefined) return undefined;
  const pattern = await patternOf(text);
  return 'wrong' in pattern ? { wrong: 'pattern', rule, reason: pattern.wrong } : pattern.matches;
}
