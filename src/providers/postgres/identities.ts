import { defined, formatAddress, nearestWords, plain } from '../../model/index.js';
import type { DesiredResource, Diagnostic, Field } from '../../model/index.js';
import type { Prepared } from '../sdk/index.js';
import type { Preflight } from './preflight-document.js';
import { optionText } from './text.js';
import { kinds } from './kinds.js';

/** A resource in the database's own terms, and the role that it needs, if any. */
interface Resolved {
  readonly resource: DesiredResource;
  readonly roles: readonly string[];
}

/** Words of SQL that stand for the role that is connected. */
const CURRENT = /^(current_user|current_role|session_user|user)$/i;

/** The role that a name of the configuration means: PUBLIC in any case is `public`, CURRENT_USER is who we are. */
function resolveRole(name: string, principal: string): string {
  if (CURRENT.test(name)) return principal;
  return name.toUpperCase() === 'PUBLIC' ? 'public' : name;
}

/** Every role that the resources name, resolved; `public` is none. */
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

/** A field as the database will say it: options are text, types have no case, CURRENT_USER is a name. */
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
 * Turns what is wanted into the database's own terms, and says which roles do not exist and which resources mean the same
 * thing twice.
 * @param roles the roles that exist, and for each that does not the names to choose from
 */
export function resolveAll(
  desired: readonly DesiredResource[],
  principal: string,
  preflight: Pick<Preflight, 'roles' | 'allRoles'>,
): Prepared {
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, DesiredResource>();
  const resources = desired.map((one) => {
    const { resource, roles } = resolve(one, principal);
    const place = {
      address: one.address,
      ...defined({ range: one.range }),
    };
    for (const role of roles) {
      if (preflight.roles.includes(role)) continue;
      const near = nearestWords(role, preflight.allRoles)[0];
      diagnostics.push({
        severity: 'error',
        code: 'unknown-role',
        summary: `The database has no role ${JSON.stringify(role)}.`,
        next:
          near === undefined
            ? 'Correct the name, or create the role.'
            : `Write ${near}, if that is meant, or create the role.`,
        ...place,
      });
    }
    const first = seen.get(resource.address);
    if (first !== undefined) {
      diagnostics.push({
        severity: 'error',
        code: 'same-role-twice',
        summary: `${one.address} and ${first.address} are the same: both mean ${resource.address}.`,
        next: 'Keep one of them.',
        ...place,
        ...(first.range === undefined ? {} : { related: [{ message: 'the other one', range: first.range }] }),
      });
    }
    seen.set(resource.address, first ?? one);
    return resource;
  });
  return { resources, diagnostics };
}
