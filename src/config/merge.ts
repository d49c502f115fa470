import type { Diagnostic } from '../model/index.js';
import { problemAt } from '../model/problem.js';
import type { Entry, MapNode, TreeNode } from '../model/tree.js';
import { child, entriesOf, itemsOf } from '../model/tree.js';
import type { Language } from './language.js';

/** What all files say together, before anything is made of it. */
export interface Merged {
  /** Words of the whole configuration: the first of each. */
  readonly version: Entry | undefined;
  readonly stack: Entry | undefined;
  readonly state: Entry | undefined;
  /** The entries of `providers` or of a section of names, in the order of the files. */
  map(word: string): ReadonlyMap<string, Entry>;
  /** The items of `moved`, `removed` or a section that is a list. */
  list(word: string): readonly TreeNode[];
  readonly problems: readonly Diagnostic[];
}

/** Puts the files together: sections merge, and what contradicts itself is a problem at its second place. */
export function merge(roots: readonly MapNode[], { sections }: Pick<Language, 'sections'>): Merged {
  const problems: Diagnostic[] = [];
  const single = (word: string): Entry | undefined => mergeWord(roots, word, problems);
  const version = single('version');
  const stack = single('stack');
  const state = single('state');
  const words = sections.filter(({ shape }) => shape === 'map').map(({ word }) => word);
  const maps = new Map(['providers', ...words].map((word) => [word, mergeNames(roots, word, problems)]));
  return {
    version,
    stack,
    state,
    map: (word) => maps.get(word) ?? new Map<string, Entry>(),
    list: (word) => roots.flatMap((root) => itemsOf(child(root, word))),
    problems,
  };
}

/** A word of the whole configuration: in one file only, or the same in each. */
function mergeWord(roots: readonly MapNode[], word: string, problems: Diagnostic[]): Entry | undefined {
  const [first, ...others] = roots.flatMap((root) => root.entries.get(word) ?? []);
  if (first === undefined) return undefined;
  for (const other of others) {
    if (isSameTree(first.value, other.value)) continue;
    problems.push(
      problemAt(other.keyAt, {
        code: 'disagreement',
        summary: `\`${word}\` differs from the one in ${first.keyAt.source.file}.`,
        next: 'Keep it in one file only.',
        related: [{ message: 'First defined here.', at: first.keyAt }],
      }),
    );
  }
  return first;
}

/** Whether two trees mean the same. */
function isSameTree(node: TreeNode, other: TreeNode): boolean {
  if (node.kind === 'scalar') return other.kind === 'scalar' && node.value === other.value;
  if (node.kind === 'list') {
    return (
      other.kind === 'list' &&
      node.items.length === other.items.length &&
      node.items.every((item, at) => isSameTree(item, other.items[at] ?? other))
    );
  }
  return (
    other.kind === 'map' &&
    node.entries.size === other.entries.size &&
    entriesOf(node).every(({ key, value }) => {
      const counterpart = child(other, key);
      return counterpart !== undefined && isSameTree(value, counterpart);
    })
  );
}

/** A section of names over all files; a name may be defined once. */
function mergeNames(
  roots: readonly MapNode[],
  word: string,
  problems: Diagnostic[],
): ReadonlyMap<string, Entry> {
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
        summary: `\`${entry.key}\` is defined twice in \`${word}\`, here and in ${first.keyAt.source.file}.`,
        next: 'Remove one of them, or rename it.',
        related: [{ message: 'First defined here.', at: first.keyAt }],
      }),
    );
  }
  return all;
}
