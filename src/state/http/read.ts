import type { StateData } from '../../model/index.js';
import { decodeState } from '../decode.js';
import type { StateEncoder } from '../encode.js';
import { writtenMeanwhile } from '../lease.js';
import type { HttpLocks } from './lock.js';
import type { HttpClient } from './request.js';
import type { HttpSettings } from './settings.js';
import { badReply } from './words.js';

/** One state behind HTTP, and what this client knows of it. */
export interface HttpState {
  readonly client: HttpClient;
  readonly settings: HttpSettings;
  /** The state's address, as people may see it. */
  readonly location: string;
  readonly stack: string;
  readonly encode: StateEncoder;
  /** Absent without `lock_address`. */
  readonly locks: HttpLocks | undefined;
  /** What is known to be stored. */
  stored: Stored | undefined;
  /** The lock that this client took last, and has not given back. */
  holding: string | undefined;
}

/** What this client knows to be stored, as long as nobody else writes. */
interface Stored {
  /** 0: there is no state. */
  readonly serial: number;
  readonly lineage: string | undefined;
  /** The lock that was held when it was read or written: since then nobody else can have written. */
  readonly under: string | undefined;
}

/**
 * Reads the state; `undefined` where there is none.
 * @param detail more for the message where it cannot be read
 */
export async function getState(
  { client, settings, location, stack }: HttpState,
  detail?: string,
): Promise<StateData | undefined> {
  const reply = await client.send({ method: 'GET', url: settings.address });
  const { status } = reply;
  if (status === 204 || status === 404) return undefined;
  if (status !== 200) throw badReply(location, 'read', reply, detail);
  return reply.body === '' ? undefined : decodeState(reply.body, location, stack);
}

/** Checks that a state may follow what is stored. @throws DiagnosticError where somebody else has written */
export function checkFollows(
  { serial, lineage }: Pick<Stored, 'serial' | 'lineage'>,
  next: StateData,
  location: string,
): void {
  if (serial === next.serial - 1 && (lineage === undefined || lineage === next.lineage)) return;
  throw writtenMeanwhile(location, serial, next.serial - 1);
}

/** What is known of a state that was read or written under a lock. */
export function storedOf(data: StateData | undefined, under: string | undefined): Stored {
  return { serial: data?.serial ?? 0, lineage: data?.lineage, under };
}
