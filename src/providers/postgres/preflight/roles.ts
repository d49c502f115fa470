import { fieldText, formatAddress, nearestWords, plain, problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic, Field } from '../../../model/index.js';
import type { Prepared } from '../../sdk/index.js';
import type { Preflight } from './document.js';
import { optionText } from '../text.js';
import { isRoleKeyword, kinds } from '../kinds.js';

/** A resource in the database's own terms, and the roles that must exist for it. */
interface Resolved {
  readonly resource: DesiredResource;
  readonly roles: readonly string[];
}

/** What the name of a role in the configuration means. */
interface RoleNames {
  /** The connected role, or the one that the configuration names as `self`. */
  readonly principal: string;
  /** The roles that exist, as far as they were looked up. */
  readonly existing: ReadonlySet<string>;
}

/**
 * The role that a name of the configuration means: PUBLIC in any case is `public`, which PostgreSQL reserves; a keyword for the connected
 * role is that role, unless a role is called that way: `CREATE ROLE "user"` makes one, and much software does.
 */
function resolveRole(name: string, { principal, existing }: RoleNames): string {
  if (name.toUpperCase() === 'PUBLIC') return 'public';
  return isRoleKeyword(name) && !existing.has(name) ? principal : name;
}

/** Every role that the resources name, and the connected one where a keyword may mean it; without `public`, which is not a role. */
export function rolesOf(desired: readonly DesiredResource[], principal: string): readonly string[] {
  const named = desired.flatMap(namedRoles);
  const isKeyword = named.some(isRoleKeyword);
  const roles = isKeyword ? [...named, principal] : named;
  return [...new Set(roles)].filter((role) => role.toUpperCase() !== 'PUBLIC');
}

/** The roles that a resource names, as it is written. */
function namedRoles({ address, fields }: DesiredResource): readonly string[] {
  const { kind, name, member } = kinds.mustParse(address);
  const owner = kind === 'duckdb_server' ? fieldText(fields['owner']) : undefined;
  if (kind === 'duckdb_server') return owner === undefined ? [] : [owner];
  return [kind === 'fdw_usage' ? name : (member ?? '')];
}

function resolve(resource: DesiredResource, names: RoleNames): Resolved {
  const parsed = kinds.mustParse(resource.address);
  const fields = Object.fromEntries(
    Object.entries(resource.fields).map(([path, field]) => [path, inSystemTerms(path, field, names)]),
  );
  const roles = namedRoles(resource).map((role) => resolveRole(role, names));
  const [role = ''] = roles;
  const address =
    parsed.kind === 'duckdb_server'
      ? parsed
      : parsed.kind === 'fdw_usage'
        ? { ...parsed, name: role }
        : { ...parsed, member: role };
  return {
    resource: { ...resource, address: formatAddress(address), fields },
    roles: roles.filter((named) => named !== 'public'),
  };
}

/** A field as the database returns it: options are text, types are in lower case, CURRENT_USER is a name. */
function inSystemTerms(path: string, field: Field, names: RoleNames): Field {
  if (field.kind !== 'plain') return field;
  if (path.startsWith('options.')) {
    const text = optionText(field.value);
    return text === undefined ? field : plain(text);
  }
  if (typeof field.value !== 'string') return field;
  if (path === 'type') return plain(field.value.toLowerCase());
  return path === 'owner' ? plain(resolveRole(field.value, names)) : field;
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
  const names = { principal, existing: new Set(preflight.roles) };
  const diagnostics: Diagnostic[] = keywordRoles(desired, names);
  const byAddress = new Map<string, DesiredResource>();
  const missing = new Map<string, DesiredResource[]>();
  const resources = desired.map((written) => {
    const { resource, roles } = resolve(written, names);
    for (const role of roles.filter((name) => !preflight.roles.includes(name))) {
      missing.set(role, [...(missing.get(role) ?? []), written]);
    }
    const first = byAddress.get(resource.address);
    if (first === undefined) byAddress.set(resource.address, written);
    else diagnostics.push(sameRoleTwice(written, first, resource.address));
    return resource;
  });
  const unknown = [...missing].map(([role, needed]) => unknownRole(role, needed, preflight.allRoles));
  return { resources, diagnostics: [...diagnostics, ...unknown] };
}

/** Names roles that are called like a keyword for the connected role, once each. */
function keywordRoles(desired: readonly DesiredResource[], { principal, existing }: RoleNames): Diagnostic[] {
  const named = new Map(
    desired.flatMap((resource) =>
      namedRoles(resource)
        .filter((role) => isRoleKeyword(role) && existing.has(role) && role !== principal)
        .map((role) => [role, resource] as const),
    ),
  );
  return [...named].map(([role, { address, range }]) =>
    problem({
      severity: 'info',
      code: 'role-named-like-keyword',
      summary: `The database has a role called "${role}", so that \`${role}\` is that role, and not ${principal}, which the keyword stands for in SQL.`,
      next: `To name the connected role, write ${principal}.`,
      address,
      at: range,
    }),
  );
}

/** One error for each role, whatever the number of resources that need it. */
function unknownRole(role: string, needed: readonly DesiredResource[], known: readonly string[]): Diagnostic {
  const [nearest] = nearestWords(role, known);
  const [first, ...others] = needed;
  const also = others.length === 0 ? '' : ` ${needed.length} resources need it.`;
  return problem({
    code: 'unknown-role',
    summary: `The database has no role ${JSON.stringify(role)}.${also}`,
    detail: others.length === 0 ? undefined : `Also: ${others.map(({ address }) => address).join(', ')}.`,
    next:
      nearest === undefined
        ? 'Correct the name, or create the role.'
        : `Did you mean ${nearest}? Otherwise create the role.`,
    address: first?.address,
    at: first?.range,
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
