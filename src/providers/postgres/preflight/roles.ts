import { formatAddress, nearestWords, plain, problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic, Field } from '../../../model/index.js';
import type { Prepared } from '../../sdk/index.js';
import type { Preflight } from './document.js';
import { optionText } from '../text.js';
import { kinds } from '../kinds.js';

/** A resource in the database's own terms, and the roles that must exist for it. */
interface Resolved {
  readonly resource: DesiredResource;
  readonly roles: readonly string[];
}

/** SQL keywords for the connected role. */
const CURRENT = /^(current_user|current_role|session_user|user)$/i;

/** The role that a name of the configuration means: PUBLIC in any case is `public`, CURRENT_USER the connected role. */
function resolveRole(name: string, principal: string): string {
  if (CURRENT.test(name)) return principal;
  return name.toUpperCase() === 'PUBLIC' ? 'public' : name;
}

/** Every role that the resources name, resolved; without `public`, which is not a role. */
export function rolesOf(desired: readonly DesiredResource[], principal: string): readonly string[] {
  return [...new Set(desired.flatMap((resource) => resolve(resource, principal).roles))];
}

function resolve(resource: DesiredResource, principal: string): Resolved {
  const parsed = kinds.mustParse(resource.address);
  const fields = Object.fromEntries(
    Object.entries(resource.fields).map(([path, field]) => [path, inSystemTerms(path, field, principal)]),
  );
  if (parsed.kind === 'duckdb_server') {
    const owner = fields['owner'];
    const roles = owner?.kind === 'plain' && typeof owner.value === 'string' ? [owner.value] : [];
    return { resource: { ...resource, fields }, roles };
  }
  const named = parsed.kind === 'fdw_usage' ? parsed.name : (parsed.member ?? '');
  const role = resolveRole(named, principal);
  const address = formatAddress(
    parsed.kind === 'fdw_usage' ? { ...parsed, name: role } : { ...parsed, member: role },
  );
  return { resource: { ...resource, address, fields }, roles: role === 'public' ? [] : [role] };
}

/** A field as the database returns it: options are text, types are in lower case, CURRENT_USER is a name. */
function inSystemTerms(path: string, field: Field, principal: string): Field {
  if (field.kind !== 'plain') return field;
  if (path.startsWith('options.')) {
    const text = optionText(field.value);
    return text === undefined ? field : plain(text);
  }
  if (typeof field.value !== 'string') return field;
  if (path === 'type') return plain(field.value.toLowerCase());
  return path === 'owner' ? plain(resolveRole(field.value, principal)) : field;
}

/**
 * Turns the desired resources into the database's own terms, and finds roles that do not exist and resources that mean the same.
 * @param preflight the roles that exist, and, where one does not, all names to choose from
 */
export function resolveAll(
  desired: readonly DesiredResource[],
  principal: string,
  preflight: Pick<Preflight, 'roles' | 'allRoles'>,
): Prepared {
  const diagnostics: Diagnostic[] = [];
  const byAddress = new Map<string, DesiredResource>();
  const resources = desired.map((written) => {
    const { resource, roles } = resolve(written, principal);
    const unknown = roles.filter((role) => !preflight.roles.includes(role));
    diagnostics.push(...unknown.map((role) => unknownRole(role, written, preflight.allRoles)));
    const first = byAddress.get(resource.address);
    if (first === undefined) byAddress.set(resource.address, written);
    else diagnostics.push(sameRoleTwice(written, first, resource.address));
    return resource;
  });
  return { resources, diagnostics };
}

function unknownRole(
  role: string,
  { address, range }: DesiredResource,
  known: readonly string[],
): Diagnostic {
  const [nearest] = nearestWords(role, known);
  return problem({
    code: 'unknown-role',
    summary: `The database has no role ${JSON.stringify(role)}.`,
    next:
      nearest === undefined
        ? 'Correct the name, or create the role.'
        : `Did you mean ${nearest}? Otherwise create the role.`,
    address,
    at: range,
  });
}

function sameRoleTwice(resource: DesiredResource, first: DesiredResource, resolved: string): Diagnostic {
  return problem({
    code: 'same-role-twice',
    summary: `${resource.address} and ${first.address} are the same: both mean ${resolved}.`,
    next: 'Keep one of them.',
    address: resource.address,
    at: resource.range,
    related: first.range && [{ message: 'the other one', at: first.range }],
  });
}
