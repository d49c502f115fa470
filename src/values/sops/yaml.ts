import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Node } from 'yaml';
import { textLeaf } from '../document.js';
import type { DocumentNode, Leaf } from '../document.js';
import { isInt64 } from './numbers.js';

/** Decimals that every reader of YAML takes for the same; the same goes for whole numbers that fit into 64 bits. */
const DECIMAL = /^-?(0|[1-9][0-9]*)(\.[0-9]+([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$/;

/**
 * Text that sops takes for a number or a date (its parser knows binary numbers, underscores and dates). The MAC is made over what a value
 * means to sops, so these are left to it.
 */
const NUMBER_TO_SOPS =
  /^[-+]?\.?[0-9][0-9.]*_[0-9_.eE+-]*$|^[-+]?0[bBoOxX][0-9a-fA-F_]+$|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$/;

/** Thrown inside, where the walk meets what sops never writes. */
class Strange extends Error {}

/** A document; `foreign` where it has values that only sops itself reads as it wrote them, in words that follow "the file". */
export type ParsedYaml =
  { readonly root: DocumentNode | undefined; readonly foreign?: string } | { readonly strange: string };

/**
 * Reads YAML as sops has it: one document, a map, no tags and no aliases, names as they are written.
 * @returns no root where it is not YAML; what is strange where sops would not have written it
 */
export function parseYaml(text: string): ParsedYaml {
  // One version and schema, whatever a directive of the file says.
  const documents = parseAllDocuments(text, {
    schema: 'core',
    version: '1.2',
    merge: false,
    intAsBigInt: true,
  });
  if (!Array.isArray(documents)) return { root: undefined };
  const [document] = documents;
  if (document === undefined || documents.some(({ errors }) => errors.length > 0)) return { root: undefined };
  if (documents.length > 1) return { strange: 'holds several documents' };
  const seen = { foreign: false };
  try {
    const root = document.contents === null ? undefined : grow(document.contents, seen);
    return seen.foreign
      ? { root, foreign: 'has numbers or dates whose meaning differs among readers of YAML' }
      : { root };
  } catch (error) {
    if (error instanceof Strange) return { strange: error.message };
    throw error;
  }
}

interface Seen {
  foreign: boolean;
}

function grow(node: unknown, seen: Seen): DocumentNode {
  if (node === null || node === undefined) return { kind: 'leaf', type: 'null', text: 'null' };
  if (isAlias(node)) throw new Strange('has aliases');
  if (isMap<Node, Node | null>(node)) {
    const entries = new Map<string, DocumentNode>();
    for (const { key, value } of node.items) {
      if (!isScalar(key) || typeof key.value !== 'string') throw new Strange('has names that are no text');
      // The metadata of sops has a date in it, but it is not a value.
      entries.set(key.value, grow(value, key.value === 'sops' ? { foreign: false } : seen));
    }
    return { kind: 'map', entries };
  }
  if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => grow(item, seen)) };
  if (!isScalar(node)) throw new Strange('has parts that are neither maps, lists nor values');
  if (node.tag !== undefined) throw new Strange('has tags');
  return leafOf(node.value, node.source ?? '', node.type === 'PLAIN', seen);
}

function leafOf(value: unknown, source: string, isPlain: boolean, seen: Seen): Leaf {
  if (typeof value === 'boolean') return { kind: 'leaf', type: 'boolean', text: String(value) };
  if (value === null) return { kind: 'leaf', type: 'null', text: 'null' };
  if (typeof value === 'string') {
    if (isPlain && NUMBER_TO_SOPS.test(source)) seen.foreign = true;
    return textLeaf(value);
  }
  if (!DECIMAL.test(source) && !isInt64(source)) seen.foreign = true;
  return { kind: 'leaf', type: 'number', text: source };
}
