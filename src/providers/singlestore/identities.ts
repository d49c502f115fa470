import {
  formatAddress,
  kindOf,
  problem,
  type DesiredResource,
  type Diagnostic,
  type ProblemWords,
} from '../../model/index.js';
import { HttpError, type Prepared } from '../sdk/index.js';
import type { Api } from './api.js';
import type { Identities, Member } from './directory.js';
import { nearest } from './nearest.js';
import { kinds } from './kinds.js';

/**
 * Writes the people and teams that shares name in their canonical form, and says at its line who cannot be found.
 * Asks for invitations only where somebody is missing.
 */
export async function prepareShares(
  desired: readonly DesiredResource[],
  identities: () => Promise<Identities>,
  api: Api,
): Promise<Prepared> {
  if (!desired.some((resource) => kindOf(resource.address) === 'share')) {
    return { resources: desired, diagnostics: [] };
  }
  const known = await identities();
  const found = desired.map((resource) => ({ resource, ...resolve(resource, known) }));
  const invited = found.some(({ isMissing }) => isMissing) ? await invitations(api) : [];
  const resources: DesiredResource[] = [];
  const diagnostics: Diagnostic[] = [];
  const taken = new Map<string, DesiredResource>();
  for (const { resource, member, isMissing, ids } of found) {
    const address = kinds.mustParse(resource.address);
    if (address.kind !== 'share') {
      resources.push(resource);
      continue;
    }
    if (member === undefined) {
      const who = address.member ?? '';
      diagnostics.push(isMissing ? missing(resource, who, known, invited) : ambiguous(resource, who, ids));
      continue;
    }
    const canonical = formatAddress({ ...address, member: member.principal });
    const earlier = taken.get(canonical);
    if (earlier === undefined) {
      taken.set(canonical, resource);
      resources.push({ ...resource, address: canonical });
    } else {
      diagnostics.push(twice(resource, earlier, member));
    }
  }
  return { resources, diagnostics };
}

function resolve(
  resource: DesiredResource,
  known: Identities,
): { member?: Member; isMissing: boolean; ids: readonly string[] } {
  const address = kinds.mustParse(resource.address);
  if (address.kind !== 'share') return { isMissing: false, ids: [] };
  const result = known.find(address.member ?? '');
  switch (result.kind) {
    case 'found':
      return { member: result.member, isMissing: false, ids: [] };
    case 'ambiguous':
      return { isMissing: false, ids: result.ids };
    case 'missing':
      return { isMissing: true, ids: [] };
  }
}

/** A key that may not read invitations costs a better message, nothing else. */
async function invitations(api: Api): Promise<readonly string[]> {
  try {
    return (await api.pendingInvitations()).map((email) => email.toLowerCase());
  } catch (error) {
    if (error instanceof HttpError && (error.status === 403 || error.status === 404)) return [];
    throw error;
  }
}

function missing(
  resource: DesiredResource,
  who: string,
  known: Identities,
  invited: readonly string[],
): Diagnostic {
  const type = who.slice(0, who.indexOf(':'));
  const name = who.slice(type.length + 1);
  if (type === 'user' && invited.includes(name.toLowerCase())) {
    return at(resource, {
      code: 'invited-not-joined',
      summary: `${name} was invited to the organization and has not joined yet, so nothing can be shared with them.`,
      next: 'Wait until the invitation is accepted, or share with a team for now.',
    });
  }
  const names = known.members
    .filter((member) => member.type === type)
    .map((member) => member.principal.slice(type.length + 1));
  const near = nearest(name, names);
  const kind = type === 'team' ? 'team' : 'user';
  return at(resource, {
    code: `unknown-${kind}`,
    summary: `There is no ${kind} ${JSON.stringify(name)} in the organization.`,
    next:
      near.length > 0
        ? `Did you mean ${near.map((candidate) => `${kind}:${candidate}`).join(' or ')}?`
        : type === 'team'
          ? 'Check the name in the Cloud Portal; it is case-sensitive.'
          : 'Invite them in the Cloud Portal first, or remove the line.',
  });
}

function ambiguous(resource: DesiredResource, who: string, ids: readonly string[]): Diagnostic {
  const type = who.slice(0, who.indexOf(':'));
  return at(resource, {
    code: `ambiguous-${type}`,
    summary: `The organization has ${ids.length} ${type}s named ${JSON.stringify(who.slice(type.length + 1))}.`,
    next: `Name it by its id: ${ids.map((id) => `${type}:${id}`).join(' or ')}.`,
  });
}

function twice(resource: DesiredResource, earlier: DesiredResource, member: Member): Diagnostic {
  const { name } = kinds.mustParse(resource.address);
  return at(resource, {
    code: 'same-principal-twice',
    summary: `${member.principal} is named twice for the secret ${name}.`,
    next: 'Remove one of them; an Owner can read as well.',
    related: earlier.range === undefined ? undefined : [{ message: 'first named here', at: earlier.range }],
  });
}

function at(resource: DesiredResource, words: Omit<ProblemWords, 'address' | 'at'>): Diagnostic {
  return problem({ ...words, address: resource.address, at: resource.range });
}
