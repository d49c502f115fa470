import { NO_KEY_CHECK, problem } from '../model/index.js';
import type { Diagnostic, StateData } from '../model/index.js';
import type { FingerprintKey, Fingerprinter } from '../values/index.js';

/** What a state keeps to recognise the key of its fingerprints. Every field's domain has a `#`, so this one is no field's. */
export function keyCheckOf(fingerprint: Fingerprinter, stack: string): string {
  return fingerprint('state key', stack);
}

/** Whether a state says of one key that its fingerprints were made with it. */
export function hasKeyCheck(state: StateData | undefined): boolean {
  return state?.keyCheck !== undefined && state.keyCheck !== NO_KEY_CHECK;
}

/** Whether a new key may be made for a state: none of its fingerprints was made with another one. */
export function mayMakeKey(state: StateData | undefined): boolean {
  const hasFingerprints = state?.records.some(({ fingerprints }) => Object.keys(fingerprints).length > 0);
  return state?.keyCheck === undefined && hasFingerprints !== true;
}

/** The key of a run, and where it may be. */
interface RunKey {
  readonly key: FingerprintKey | undefined;
  /** Under the key, where it was opened. */
  readonly fingerprint: Fingerprinter | undefined;
  /** Where it may be kept beside the state. */
  readonly keyFile: string | undefined;
  /** Whether the run writes fingerprints, and would make a key where there is none. */
  readonly isWriting: boolean;
}

/** What there is to say of a run's key, given the state that it is to compare with: under another key every value would seem changed. */
export function checkKey(state: StateData | undefined, run: RunKey): readonly Diagnostic[] {
  if (state?.keyCheck === undefined) return [];
  const { key, fingerprint } = run;
  if (state.keyCheck === NO_KEY_CHECK) return key === undefined ? [] : [keyWhereNone(key)];
  if (key === undefined) return [noKeyHere(run)];
  if (fingerprint === undefined || keyCheckOf(fingerprint, state.stack) === state.keyCheck) return [];
  return [
    problem({
      code: 'another-key',
      summary: `The fingerprints of the state were made with another key than ${key.name}.`,
      next: 'Use the key of the last apply. To change it: set SECRETS_OLD_KEY to that key, and run `secrets state rekey`.',
    }),
  ];
}

function keyWhereNone({ name }: FingerprintKey): Diagnostic {
  return problem({
    code: 'another-key',
    summary: `The state was made without a key, and this run has one: ${name}.`,
    next: 'To use it from now on: secrets state rekey',
  });
}

/** A key file is made where there is none, so a missing one is lost; a variable may be left out on purpose. */
function noKeyHere({ keyFile, isWriting }: RunKey): Diagnostic {
  const place = keyFile === undefined ? 'SECRETS_KEY is not set' : `there is no key file ${keyFile}`;
  return problem({
    severity: keyFile !== undefined && isWriting ? 'error' : 'warning',
    code: 'key-missing',
    summary: `The state was made with a key, and ${place}: what a system does not show cannot be compared.`,
    next: 'Restore the key, or set SECRETS_KEY to it. If it is lost: secrets state rekey --old-key-lost',
  });
}
