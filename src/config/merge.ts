import { defined } from '../model/index.js';
import type { Diagnostic } from '../model/index.js';
import { problemAt } from '../model/problem.js';
import type { Entry, MapNode, TreeNode } from '../model/tree.js';
import { child, entriesOf, itemsOf, textOf } from '../model/tree.js';

/** What all files say together, before anything is made of it. */
export interface Merged {
  /** The first of each. */
  readonly version?: Entry;
  readonly stack?: Entry;
  readonly state?: Entry;
  /** Sections of names, in the order of the files. */
  readonly providers: ReadonlyMap<string, Entry>;
  readonly secrets: ReadonlyMap<string, Entry>;
  readonly servers: ReadonlyMap<string, Entry>;
  readonly duckdbSecrets: ReadonlyMap<string, Entry>;
  /** Sections that are lists. */
  readonly shares: readonly TreeNode[];
  readonly moved: readonly TreeNode[];
  readonly removed: readonly TreeNode[];
  readonly problems: readonly Diagnostic[];
}

/** A word of the whole configuration: in one file only, or the same in each. */
function single(roots: readonly MapNode[], word: string, problems: Diagnostic[]): Entry | undefined {
  const found = roots.flatMap((root) => root.entries.get(word) ?? []);
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  for (const other of others) {
    if (sameTree(first.value, other.value)) continue;
    problems.push(
      problemAt(other.keyAt, {
        code: 'disagreement',
        summary: `\`${word}\` says something else here than in ${first.keyAt.source.file}.`,
        next: 'Let it stand in one file only.',
        related: [{ message: 'It stands here first.', at: first.keyAt }],
      }),
    );
  }
  return first;
}

/** Whether two trees say the same. */
function sameTree(node: TreeNode, other: TreeNode): boolean {
  if (node.kind === 'scalar') return other.kind === 'scalar' && node.value === other.value;
  if (node.kind === 'list') {
    return (
      other.kind === 'list' &&
      node.items.length === other.items.length &&
      node.items.every((item, at) => sameTree(item, other.items[at] ?? other))
    );
  }
  return (
    other.kind === 'map' &&
    node.entries.size === other.entries.size &&
    entriesOf(node).every(({ key, value }) => {
      const counterpart = child(other, key);
      return counterpart !== undefined && sameTree(value, counterpart);
    })
  );
}

/** A section of names over all files; a name may stand once. */
function names(roots: readonly MapNode[], word: string, problems: Diagnostic[]): ReadonlyMap<string, Entry> {
  const all = new Map<string, Entry>();
  for (const entry of roots.flatMap((root) => entriesOf(child(root, word)))) {
    const first = all.get(entry.key);
    if (first === undefined) {
      all.set(entry.key, entry);
      continue;
    }
    problems.push(
      problemAt(entry.keyAt, {
        code: 'duplicate-name',
        summary: `\`${entry.key}\` stands in \`${word}\` twice, here and in ${first.keyAt.source.file}.`,
        next: 'Take one of the two away, or give it another name.',
        related: [{ message: 'It stands here first.', at: first.keyAt }],
      }),
    );
  }
  return all;
}

/** Puts the files together: sections merge, and what contradicts itself is a problem at its second place. */
export function merge(roots: readonly MapNode[]): Merged {
  const problems: Diagnostic[] = [];
  const version = single(roots, 'version', problems);
  const stack = single(roots, 'stack', problems);
  const state = single(roots, 'state', problems);
  const items = (word: string): readonly TreeNode[] => roots.flatMap((root) => itemsOf(child(root, word)));
  return {
    ...defined({ version, stack, state }),
    providers: names(roots, 'providers', problems),
    secrets: names(roots, 'secrets', problems),
    servers: names(roots, 'duckdb_servers', problems),
    duckdbSecrets: names(roots, 'duckdb_secrets', problems),
    shares: items('shares'),
    moved: items('moved'),
    removed: items('removed'),
    problems,
  };
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
