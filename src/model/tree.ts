import type { Place } from './source-text.js';

/** A YAML scalar. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: Place;
  readonly value: string | number | boolean | null;
  /** Its text as an option takes it: numbers as they were written (`0123`, `1e3`), booleans as `true` and `false`. */
  readonly text: string;
}

/** A YAML list. */
export interface ListNode {
  readonly kind: 'list';
  readonly at: Place;
  readonly items: readonly TreeNode[];
}

/** A `key: value` pair of a map. */
export interface Entry {
  readonly key: string;
  readonly keyAt: Place;
  readonly value: TreeNode;
}

/** A YAML map. Of a duplicate key the first counts. */
export interface MapNode {
  readonly kind: 'map';
  readonly at: Place;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** Configuration text as a tree with places, independent of YAML. */
export type TreeNode = ScalarNode | ListNode | MapNode;

/** The entries of a node; none where it is not a map. */
export function entriesOf(node: TreeNode | undefined): readonly Entry[] {
  return node?.kind === 'map' ? [...node.entries.values()] : [];
}

/** The items of a node; none where it is not a list. */
export function itemsOf(node: TreeNode | undefined): readonly TreeNode[] {
  return node?.kind === 'list' ? node.items : [];
}

/** The value of a key; `undefined` where it is absent or the node is not a map. */
export function child(node: TreeNode | undefined, key: string): TreeNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** The text of a scalar; `undefined` for any other node. */
export function textOf(node: TreeNode | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? node.text : undefined;
}

/** The texts of a list, each with its node. */
export function textsOf(
  node: TreeNode | undefined,
): readonly { readonly text: string; readonly node: TreeNode }[] {
  return itemsOf(node).flatMap((item) => {
    const text = textOf(item);
    return text === undefined ? [] : [{ text, node: item }];
  });
}

/** The place of a key, or of the whole node where it is absent. */
export function keyPlace(node: TreeNode, key: string): Place {
  return (node.kind === 'map' ? node.entries.get(key)?.keyAt : undefined) ?? node.at;
}

/** A node as plain data for the schema check. Maps have no prototype, so that `__proto__` is a key like any other. */
export function toData(node: TreeNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toData);
    case 'map': {
      const data = Object.create(null) as Record<string, unknown>;
      for (const { key, value } of node.entries.values()) data[key] = toData(value);
      return data;
    }
  }
}

/** What a node is, for messages. */
export function describeNode(node: TreeNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'boolean') return '`true` or `false`';
  return typeof node.value === 'number' ? 'a number' : 'text';
}
