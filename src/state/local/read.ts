import { DOCUMENT_FILE, readTextBounded } from '../../files/read.js';
import { errorCode, problemError } from '../../model/index.js';
import type { StateData } from '../../model/index.js';
import { decodeState } from '../decode.js';
import type { StateEncoder } from '../encode.js';

/** One state in a file, and what this client knows of it. */
export interface LocalState {
  /** Absolute. */
  readonly file: string;
  /** The file, as messages name it. */
  readonly location: string;
  readonly stack: string;
  readonly lockPath: string;
  readonly encode: StateEncoder;
  /** What was read last: the same text is not decoded a second time. */
  known: { readonly text: string; readonly state: StateData } | undefined;
}

/** The name that a writer gives to its draft of a serial. */
export function claimOf({ file }: LocalState, serial: number): string {
  return `${file}.${serial}`;
}

/**
 * The state in one file; `undefined` where there is none.
 * @throws DiagnosticError where it cannot be read, or is damaged
 */
export async function readText(state: LocalState, path: string): Promise<StateData | undefined> {
  let text: string;
  try {
    text = await readTextBounded(path, DOCUMENT_FILE);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw problemError({
      code: 'state',
      summary: `The state ${state.location} cannot be read (${errorCode(error) ?? 'unknown error'}).`,
      next: 'Check the path, its owner and mode.',
    });
  }
  if (state.known?.text !== text) {
    state.known = { text, state: decodeState(text, state.location, state.stack) };
  }
  return state.known.state;
}

/** The state: that of its file, or the claim of the next serial that is not in place yet. */
export async function readStored(
  state: LocalState,
): Promise<{ readonly stored: StateData | undefined; readonly isClaim: boolean }> {
  const placed = await readText(state, state.file);
  const claimed = await readText(state, claimOf(state, (placed?.serial ?? 0) + 1));
  return claimed === undefined || (placed !== undefined && claimed.lineage !== placed.lineage)
    ? { stored: placed, isClaim: false }
    : { stored: claimed, isClaim: true };
}
