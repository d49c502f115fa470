import type { BuildContext } from './context.js';
import { textsOf } from '../merge.js';
import { problemAt } from '../../model/problem.js';
import type { Place } from '../../model/source-text.js';
import type { TreeNode } from '../../model/tree.js';

/** PostgreSQL's words for roles that are no names: any case counts, since nothing else can be meant by them. */
const ROLE_WORDS = ['public', 'current_user'];

/** A role's name as addresses have it. */
export function foldRole(name: string): string {
  const small = name.toLowerCase();
  return ROLE_WORDS.includes(small) ? small : name;
}

/** The roles of a list; one that stands twice is a problem. */
export function readRoles(
  context: BuildContext,
  list: TreeNode,
): { readonly role: string; readonly at: Place }[] {
  const roles = new Map<string, Place>();
  for (const { text, node } of textsOf(list)) {
    const role = foldRole(text);
    const first = roles.get(role);
    if (first === undefined) roles.set(role, node.at);
    else context.problems.push(problemAt(node.at, twice(`The role \`${role}\``, first)));
  }
  return [...roles].map(([role, at]) => ({ role, at }));
}

/** The words for something that stands twice in a list. */
export function twice(
  what: string,
  first: Place,
): {
  code: string;
  summary: string;
  next: string;
  related: { message: string; at: Place }[];
} {
  return {
    code: 'duplicate-item',
    summary: `${what} stands twice in this list.`,
    next: 'Take one of the two away.',
    related: [{ message: 'It stands here first.', at: first }],
  };
}
