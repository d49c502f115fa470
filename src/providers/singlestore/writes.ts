/*
 * The writes, each of which may end with an unknown outcome: after a timeout, a broken connection, a status of 5xx or a garbled
 * response it may have taken effect. None is sent again blindly. The system is read: where it is as wanted, the write is done;
 * where it is as before, it is sent again; where it is anything else, somebody else has changed it and we stop.
 */
import type { Sensitive } from '../../model/index.js';
import { HttpError, type HttpClient } from '../sdk/index.js';
import { accessRequest, isPending, type ShareStep } from './access-plan.js';
import type { Api } from './api.js';
import type { SecretInfo } from './api-types.js';
import { versionOf } from './read.js';
import { directRoles } from './shares.js';
import { StepError } from './step-error.js';

/** What the writes need. */
export interface Writer {
  readonly api: Api;
  readonly client: HttpClient;
  /** The user whose key it is, by id. */
  readonly selfId: string;
  /** A user's e-mail address. */
  readonly emailOf: (userId: string) => string;
  /** Whether a secret existed before we began. */
  readonly isOld: (secretId: string) => boolean;
}

/** What to do after the system was read. */
type Verdict<T> = { readonly kind: 'done'; readonly result: T } | { readonly kind: 'again' };

/**
 * Sends a write, and after an unknown outcome reads the system before it sends it again.
 * @param verify throws where somebody else has changed it
 */
export async function verifyUnknownOutcome<T>(
  { client }: Writer,
  send: () => Promise<T>,
  verify: () => Promise<Verdict<T>>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof HttpError) || !error.mayHaveHappened) throw error;
      await client.backOff(tries);
      const verdict = await retryUnlessUnreadable(verify, error);
      if (verdict.kind === 'done') return verdict.result;
      if (tries >= client.maxAttempts) throw error;
    }
  }
}

/** Where reading fails as well, the unknown outcome of the write is what is reported. */
async function retryUnlessUnreadable<T>(read: () => Promise<T>, unclear: HttpError): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof HttpError ? unclear : error;
  }
}

/** Two clocks may differ by so much after the server's is known to a second (milliseconds)… */
const TOLERANCE_MS = 5_000;
/** …and by so much where the server never told its time. */
const BLIND_TOLERANCE_MS = 300_000;

/**
 * Creates a secret. Where the outcome was unknown and the name exists now, it is ours if our own user created it, it did not exist
 * when secrets were listed, and its time, on the server's clock, is not before we began. Where the name is taken at once, something
 * on the way may have repeated the request: then it is ours if it also has our value, and our own user alone holds it.
 *
 * @throws StepError where the name is taken, HttpError
 */
export async function createSecret(writer: Writer, name: string, value: Sensitive): Promise<SecretInfo> {
  const { api, client } = writer;
  const serverNow = client.serverNow();
  const since = serverNow === undefined ? client.now() - BLIND_TOLERANCE_MS : serverNow - TOLERANCE_MS;
  const isMine = (secret: SecretInfo): boolean =>
    secret.createdBy === writer.selfId &&
    !writer.isOld(secret.id) &&
    Date.parse(secret.createdAt ?? '') >= since;
  // The failure of an earlier try, after which the secret may exist all the same.
  const earlier: { unclear?: HttpError } = {};

  const send = async (): Promise<SecretInfo> => {
    try {
      return await api.createSecret(name, value);
    } catch (error) {
      if (error instanceof HttpError && error.mayHaveHappened) earlier.unclear = error;
      if (!(error instanceof HttpError) || ![400, 409, 422].includes(error.status ?? 0)) throw error;
      const taken = await retryUnlessUnreadable(() => api.secretNamed(name), earlier.unclear ?? error);
      if (taken !== undefined && isMine(taken)) {
        if (earlier.unclear !== undefined || (await isAsCreated(writer, taken, value))) return taken;
      }
      if (taken !== undefined) throw takenBy(writer, taken);
      throw error.status === 409 ? takenUnseen(name, error) : error;
    }
  };
  const created = await verifyUnknownOutcome(writer, send, async () => {
    const found = await api.secretNamed(name);
    if (found === undefined) return { kind: 'again' };
    if (!isMine(found)) throw takenBy(writer, found);
    return { kind: 'done', result: found };
  });
  if (earlier.unclear === undefined || created.value?.equals(value) === true) return created;
  return updateValue(writer, created, value);
}

/** Whether a secret of our own user is as a request of ours leaves it: with our value, last written and held by us alone. */
async function isAsCreated({ api, selfId }: Writer, found: SecretInfo, value: Sensitive): Promise<boolean> {
  const [secret, access] = await Promise.all([api.secret(found.id, true), api.access(found.id, true)]);
  if (secret === undefined || access === undefined) return false;
  const isOwn = secret.updatedBy === selfId && secret.value?.equals(value) === true;
  const direct = access.grants.filter(({ inherited }) => !inherited);
  return isOwn && access.unnamed.length === 0 && direct.every(({ holder }) => holder.id === selfId);
}

function takenBy(writer: Writer, { name, createdBy, createdAt }: SecretInfo): StepError {
  const by = createdBy === undefined ? '' : ` by ${writer.emailOf(createdBy)}`;
  const at = createdAt === undefined ? '' : ` at ${createdAt}`;
  return new StepError(
    `A secret ${name} already exists${by === '' && at === '' ? '' : `: created${by}${at}`}.`,
    'Plan again; to take it over, set `lifecycle: { adopt: true }`.',
  );
}

function takenUnseen(name: string, { status, facts: { text } }: HttpError): StepError {
  const reason = text === undefined ? '' : ` (status ${status ?? 0}: ${text})`;
  return new StepError(
    `The name ${name} is taken by a secret that this API key cannot see: names are shared by the whole organization${reason}.`,
    'Ask its Owner to share it with the user of this key, or choose another name.',
  );
}

/**
 * Writes a value.
 * @param seen the secret as it was right before
 * @throws StepError where somebody else changed or deleted it meanwhile, HttpError
 */
export async function updateValue(writer: Writer, seen: SecretInfo, value: Sensitive): Promise<SecretInfo> {
  return verifyUnknownOutcome(
    writer,
    () => writer.api.updateSecret(seen.id, value),
    async () => {
      const now = await writer.api.secret(seen.id, true);
      if (now === undefined) throw gone(seen.name);
      if (versionOf(now) === versionOf(seen)) return { kind: 'again' };
      if (now.updatedBy === writer.selfId && now.value?.equals(value) === true)
        return { kind: 'done', result: now };
      throw changedBy(writer, now);
    },
  );
}

/** Deletes a secret; one that is already gone counts as deleted. @throws HttpError */
export async function deleteSecret(writer: Writer, id: string): Promise<void> {
  await verifyUnknownOutcome(
    writer,
    () => writer.api.deleteSecret(id),
    async () =>
      (await writer.api.secret(id, true)) === undefined
        ? { kind: 'done', result: undefined }
        : { kind: 'again' },
  );
}

/**
 * Changes who has access, in one request.
 * @param remaining who stays Owner, where somebody loses that role
 * @throws StepError where the secret is gone, HttpError
 */
export async function changeAccess(
  writer: Writer,
  secret: { readonly id: string; readonly name: string },
  steps: readonly ShareStep[],
  remaining: ShareStep['member'] | undefined,
): Promise<void> {
  const pending = steps.filter(isPending);
  if (pending.length === 0) return;
  const { grants, revokes } = accessRequest(pending, writer.selfId, remaining);
  const losesSelf = pending.some((step) => step.member.id === writer.selfId && step.wanted.size === 0);
  await verifyUnknownOutcome(
    writer,
    () => writer.api.changeAccess(secret.id, grants, revokes),
    async () => {
      const list = await writer.api.access(secret.id, true);
      if (list === undefined) {
        // We asked for our own access to be revoked: it was, so we no longer see the secret.
        if (losesSelf) return { kind: 'done', result: undefined };
        throw gone(secret.name);
      }
      const held = directRoles(list.grants);
      const isUndone = pending.some((step) =>
        isPending({ ...step, current: held.get(step.member.id) ?? new Set() }),
      );
      return isUndone ? { kind: 'again' } : { kind: 'done', result: undefined };
    },
  );
}

/** The secret no longer exists, as far as this key sees. */
export function gone(name: string): StepError {
  return new StepError(
    `${name} no longer exists, or the user of this API key can no longer see it.`,
    'Plan again to see the current state.',
  );
}

/** Somebody wrote to the secret. */
export function changedBy(writer: Pick<Writer, 'emailOf'>, now: SecretInfo): StepError {
  return new StepError(
    `${now.name} was changed by ${writer.emailOf(now.updatedBy)} at ${now.updatedAt}, after the plan was made.`,
    'Plan again: nothing of theirs was overwritten.',
  );
}
