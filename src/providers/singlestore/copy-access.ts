import type { Change } from '../../model/index.js';
import type { AccessEntry, Api } from './api.js';
import type { Grant } from './api-types.js';
import { isRole } from './kinds.js';
import { StepError } from './step-error.js';
import { gone, verifyUnknownOutcome, type Writer } from './writes.js';

/** A role of somebody, as one text. */
const keyOf = ({ role, holder }: Grant): string => `${role} ${holder.type} ${holder.id}`;

/**
 * Gives everybody the access to a copy that they have to its original, and checks that they have it. Where the configuration says who has
 * access to the copy, only roles that it does not manage are copied. Done in full or not at all as far as the API goes, and again after
 * an interruption: what is there already is not granted twice.
 * @throws StepError where one of the two is gone or something is missing afterwards, HttpError
 */
export async function copyAccess(
  writer: Writer,
  original: { readonly id: string; readonly name: string },
  copy: { readonly id: string; readonly name: string },
  { isListed }: NonNullable<Change['movedTo']>,
): Promise<void> {
  const { api } = writer;
  const missing = async (): Promise<readonly Grant[]> => {
    const [wanted, held] = await Promise.all([
      accessOf(api, original),
      accessOf(api, copy).then((grants) => new Set(grants.map(keyOf))),
    ]);
    return wanted.filter((grant) => !(isListed && isRole(grant.role)) && !held.has(keyOf(grant)));
  };
  const grants = await missing();
  if (grants.length === 0) return;
  await verifyUnknownOutcome(
    writer,
    () => api.changeAccess(copy.id, entriesOf(grants), []),
    async () => ((await missing()).length === 0 ? { kind: 'done', result: undefined } : { kind: 'again' }),
  );
  const [left] = await missing();
  if (left === undefined) return;
  throw new StepError(
    `${left.holder.label} has the role ${left.role} on ${original.name}, and not on its copy ${copy.name}.`,
    'Nothing was destroyed. Give that role by hand, or revoke it on the original, and apply again.',
  );
}

/** What was granted on a secret itself. */
async function accessOf(
  api: Api,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<readonly Grant[]> {
  const grants = await api.access(id, true);
  if (grants === undefined) throw gone(name);
  if (grants.unnamed.length > 0) {
    throw new StepError(
      `${name} has grants whose holder the API does not name (${grants.unnamed.join(', ')}): they cannot be copied or compared.`,
      'Nothing was destroyed. Revoke them in the Cloud Portal, and apply again.',
    );
  }
  return grants.grants.filter(({ inherited }) => !inherited);
}

/** One entry for each role. */
function entriesOf(grants: readonly Grant[]): readonly AccessEntry[] {
  const roles = [...new Set(grants.map(({ role }) => role))].sort();
  return roles.map((role) => {
    const holders = grants.filter((grant) => grant.role === role).map(({ holder }) => holder);
    const ids = (type: 'user' | 'team'): string[] =>
      holders.filter((holder) => holder.type === type).map(({ id }) => id);
    return { role, users: ids('user'), teams: ids('team') };
  });
}
