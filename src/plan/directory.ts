import type { PrincipalDirectory } from '../model/index.js';

/** Gives the users that a principal stands for: itself, or everybody in the team who is a user of the organization. */
export type UsersOf = (principal: string) => ReadonlySet<string>;

/** Indexes a directory. Follows nested teams, survives cycles, and remembers every answer. */
export function effectiveUsers(directory: PrincipalDirectory): UsersOf {
  const users = new Set(directory.users);
  const members = new Map(directory.teams.map((team) => [team.principal, team.members]));
  const known = new Map<string, ReadonlySet<string>>();
  return (principal) => {
    const remembered = known.get(principal);
    if (remembered !== undefined) return remembered;
    const effective = new Set([...reachable(principal, members)].filter((reached) => users.has(reached)));
    known.set(principal, effective);
    return effective;
  };
}

/** A principal, and everyone in it, however deeply nested. */
function reachable(principal: string, members: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const visited = new Set<string>();
  const queue = [principal];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (visited.has(next)) continue;
    visited.add(next);
    // Not spread: a team may have more members than a call takes arguments.
    for (const member of members.get(next) ?? []) queue.push(member);
  }
  return visited;
}
