import { textsOf } from '../../model/index.js';
import type { Place, TreeNode } from '../../model/index.js';
import { duplicateItem } from '../sdk/desired.js';
import type { NodeReader } from '../sdk/index.js';

/** PostgreSQL's keywords for roles, in any case. */
const ROLE_WORDS = ['public', 'current_user'];

/** A role's name as addresses have it. */
export function foldRole(name: string): string {
  const lower = name.toLowerCase();
  return ROLE_WORDS.includes(lower) ? lower : name;
}

/** The roles of a list; a duplicate is reported. */
export function readRoles(
  reader: NodeReader,
  list: TreeNode,
): { readonly role: string; readonly at: Place }[] {
  const roles = new Map<string, Place>();
  for (const { text, node } of textsOf(list)) {
    const role = foldRole(text);
    const first = roles.get(role);
    if (first === undefined) roles.set(role, node.at);
    else reader.refuse(node.at, duplicateItem(`The role \`${role}\``, first));
  }
  return [...roles].map(([role, at]) => ({ role, at }));
}
