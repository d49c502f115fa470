import type { StateData } from '../../model/index.js';
import { heldBy, lockLost } from '../lease.js';
import type { Lock } from '../store.js';
import { decodeState } from '../decode.js';
import { isDone, isWorthRepeating } from './request.js';
import type { Answer, Reply } from './request.js';
import { checkFollows, getState, storedOf } from './read.js';
import type { HttpState } from './read.js';
import { badReply } from './words.js';

/**
 * Sends a state, and finds out what became of it where the answer does not tell.
 * @throws DiagnosticError where it is not stored, or nobody can say
 */
export async function postState(state: HttpState, next: StateData, lock: Lock | undefined): Promise<void> {
  const { client, settings } = state;
  const url = new URL(settings.address);
  if (lock !== undefined) url.searchParams.set('ID', lock.info.ID);
  const call = { method: settings.updateMethod, url, body: state.encode(next) };
  for (let tries = 1; ; tries += 1) {
    const reply = await client.once(call);
    if (reply.status !== undefined && isDone(reply)) {
      if (!isProof(state, next, reply)) await checkStored(state, next, reply);
      return;
    }
    if (isFinal(reply)) throw badReply(state.location, 'written', reply);
    if (tries === 1) await checkStillLocked(state, reply, lock);
    if (await isStored(state, next)) return;
    if (!isWorthRepeating(reply) || !(await client.mayRepeat(reply, tries))) {
      throw await refusal(state, reply, lock);
    }
  }
}

/** @throws DiagnosticError where a refusal means that the lock is not ours any more */
async function checkStillLocked(
  { locks, location }: HttpState,
  reply: Reply,
  lock: Lock | undefined,
): Promise<void> {
  if (lock === undefined || !isLockRefusal(reply)) return;
  const holder = await locks?.holderNow();
  if (holder?.ID !== lock.info.ID) throw lockLost(location, holder);
}

/** @returns whether `next` is stored; where it is not, what was there before still is */
async function isStored(state: HttpState, next: StateData): Promise<boolean> {
  const detail = 'It is not known whether the write before this was done: the next run finds out.';
  const stored = await getState(state, detail);
  // A server may store JSON in a shape of its own.
  if (stored !== undefined && state.encode(stored) === state.encode(next)) return true;
  checkFollows(storedOf(stored, undefined), next, state.location);
  return false;
}

/** What to say of a write that was not done. */
async function refusal({ locks, location }: HttpState, reply: Reply, lock: Lock | undefined): Promise<Error> {
  const holder = await locks?.holderNow();
  if (holder === undefined) return badReply(location, 'written', reply);
  if (lock !== undefined && holder.ID !== lock.info.ID) return lockLost(location, holder);
  return isLockRefusal(reply) && lock === undefined ? heldBy(holder) : badReply(location, 'written', reply);
}

/**
 * Whether an answer that says 'done' is one of the protocol: it has no body, or the state itself. Whatever else answers with 200, such as a
 * sign-in page or a proxy, has something to tell.
 */
function isProof({ encode, location, stack }: HttpState, next: StateData, { body }: Answer): boolean {
  if (body === '') return true;
  try {
    return encode(decodeState(body, location, stack)) === encode(next);
  } catch {
    return false;
  }
}

/** Reads back what was written. @throws DiagnosticError where it is not stored, or nobody can say */
async function checkStored(state: HttpState, next: StateData, reply: Answer): Promise<void> {
  const stored = await getState(state).catch(() => undefined);
  if (stored !== undefined && state.encode(stored) === state.encode(next)) return;
  const detail = 'The server says that it is written, and does not give it back.';
  throw badReply(state.location, 'written', reply, detail);
}

/** Whether the same write can never be taken: sending it again is of no use, and nothing was stored. */
function isFinal({ status }: Reply): boolean {
  return status === 401 || status === 403 || status === 413;
}

function isLockRefusal({ status }: Reply): boolean {
  return status === 409 || status === 423;
}
