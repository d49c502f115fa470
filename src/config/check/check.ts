import { groupBy } from '../../model/index.js';
import type { Diagnostic } from '../../model/index.js';
import { toData } from '../../model/tree.js';
import type { MapNode, TreeNode } from '../../model/tree.js';
import { translate } from './problems.js';
import type { Language } from '../language.js';

/** The result of the schema check of one file. */
export interface Checked {
  readonly problems: readonly Diagnostic[];
  /** The nodes that are wrong, and those around them. */
  readonly wrong: ReadonlySet<TreeNode>;
}

/** The nodes along a JSON pointer, the root first. */
function along(root: TreeNode, pointer: string): TreeNode[] {
  const nodes = [root];
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replace(/~1/g, '/').replace(/~0/g, '~');
    const last = nodes.at(-1);
    const next =
      last?.kind === 'map'
        ? last.entries.get(name)?.value
        : last?.kind === 'list'
          ? last.items[Number(name)]
          : undefined;
    if (next === undefined) break;
    nodes.push(next);
  }
  return nodes;
}

/** Checks one file's tree against the schema: one problem for each place that is wrong. */
export function check(root: MapNode, language: Language): Checked {
  const schemaErrors = language.validate(toData(root));
  if (schemaErrors === undefined) return { problems: [], wrong: new Set() };
  const byPlace = groupBy(schemaErrors, (error) => error.instancePath);
  const wrong = new Set<TreeNode>();
  const problems: Diagnostic[] = [];
  for (const [pointer, errors] of byPlace) {
    const nodes = along(root, pointer);
    const node = nodes.at(-1) ?? root;
    const found = translate({ node, pointer, errors }, language);
    if (found.length === 0) continue;
    for (const around of nodes) wrong.add(around);
    problems.push(...found);
  }
  return { problems, wrong };
}
