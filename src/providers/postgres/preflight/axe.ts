import { fieldText, problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic, ProblemWords } from '../../../model/index.js';
import { kinds } from '../kinds.js';
import type { Preflight } from './document.js';

/** The server that `create_simple_secret` of Postgres Pro AXE makes. */
const SIMPLE_SERVER = 'simple_s3_secret';

/**
 * Whether the database has the `create_simple_secret` of Postgres Pro AXE 1.1: one secret, for S3, its mapping for PUBLIC. It has a
 * companion that drops it (vendor's documentation).
 */
export function isAxe({ extension, extensionVersion, dropsSimple }: Preflight): boolean {
  if (extension === null || extension === 'pg_duckdb') return false;
  return dropsSimple || extension === 'pgpro_duckdb' || !/^(0|1\.0)(\.|$)/.test(extensionVersion ?? '');
}

/** What `simple` means in Postgres Pro AXE, where it differs from what its own function does. */
export function axeDiagnostics(
  principal: string,
  desired: readonly DesiredResource[],
  preflight: Preflight,
): readonly Diagnostic[] {
  if (!isAxe(preflight)) return [];
  const simple = desired.filter((resource) => resource.simple !== undefined);
  const names = new Set(desired.map(({ address }) => kinds.mustParse(address).name));
  const made = preflight.servers.find(({ name }) => name === SIMPLE_SERVER && !names.has(name));
  return simple.flatMap((resource, at) => {
    const first = made?.name ?? (at === 0 ? undefined : nameOf(simple[0]));
    return [
      ...typeProblems(resource),
      ...(first === undefined ? [] : [secondProblem(first)]),
      ...(resource.simple === 'default' ? [userProblem(principal, preflight)] : []),
    ].map((words) => problem({ ...words, address: resource.address, at: resource.range }));
  });
}

const nameOf = (resource: DesiredResource | undefined): string =>
  resource === undefined ? '' : kinds.mustParse(resource.address).name;

function typeProblems({ fields }: DesiredResource): readonly ProblemWords[] {
  const type = fieldText(fields['type']) ?? '';
  if (type === 's3') return [];
  return [
    {
      code: 'simple-secret-type',
      summary: `Simple secrets of Postgres Pro AXE are for S3 alone, not for ${type}.`,
      next: 'Write `type`, `options` and `user_mappings` instead of `simple`.',
    },
  ];
}

function secondProblem(first: string): ProblemWords {
  return {
    code: 'second-simple-secret',
    summary: `A database of Postgres Pro AXE has one simple secret, and ${first} is one already.`,
    next: 'Write `type`, `options` and `user_mappings` instead of `simple`, or remove the other one.',
  };
}

function userProblem(principal: string, { extension, extensionVersion }: Preflight): ProblemWords {
  return {
    severity: 'warning',
    code: 'simple-secret-user',
    summary: `Without "user" the credentials of this simple secret are for ${principal} alone; create_simple_secret of this database (${extension ?? ''} ${extensionVersion ?? ''}, by its documentation) gives them to PUBLIC.`,
    next: 'Add "user: public" for that, or "user: current_user" to keep it as it is.',
  };
}
