import { problem } from '../../model/index.js';
import type { ConfiguredResource, DesiredResource, Diagnostic } from '../../model/index.js';
import { kinds } from './kinds.js';

/** A value has at most so many bytes in UTF-8: the seed's 5 MB, read in the larger way (5 × 1024 × 1024). */
export const MAX_VALUE_BYTES = 5 * 1024 * 1024;

/**
 * What cannot work, from the text of the configuration alone: names with letters that the API refuses, and shares with
 * nobody. Pure.
 */
export function audit(resources: readonly ConfiguredResource[]): readonly Diagnostic[] {
  return resources.flatMap(({ address: text, range }) => {
    const address = kinds.mustParse(text);
    if (address.kind === 'secret' && !/^[A-Za-z0-9_]+$/.test(address.name)) {
      return [
        problem({
          code: 'invalid-secret-name',
          summary: `${JSON.stringify(address.name)} is not a name that SingleStore accepts.`,
          next: 'Use letters, digits and underscores only.',
          address: text,
          at: range,
        }),
      ];
    }
    if (address.kind === 'share' && !isWellFormed(address.member ?? '')) {
      return [
        problem({
          code: 'invalid-principal',
          summary: `${JSON.stringify(address.member ?? '')} is neither a user nor a team.`,
          next: 'Write user:<e-mail address>, team:<name> or self.',
          address: text,
          at: range,
        }),
      ];
    }
    return [];
  });
}

/** What cannot work with the values as they are: one that is larger than SingleStore accepts. Pure. */
export function auditValues(resources: readonly DesiredResource[]): readonly Diagnostic[] {
  return resources.flatMap(({ address, range, fields: { value } }) => {
    if (value?.kind !== 'sensitive' || value.value.byteLength <= MAX_VALUE_BYTES) return [];
    return [
      problem({
        code: 'value-too-large',
        summary: `The value has ${value.value.byteLength} bytes; SingleStore accepts at most ${MAX_VALUE_BYTES} (5 MB).`,
        next: 'Split the value, or keep the large part elsewhere and store a reference to it.',
        address,
        at: range,
      }),
    ];
  });
}

/** `self`, `user:self`, `user:` with an e-mail address or a UUID, `team:` with any name. */
function isWellFormed(member: string): boolean {
  return /^(self|user:self|user:[^\s@]+@[^\s@]+|user:[0-9a-f-]{36}|team:\S(.*\S)?)$/isu.test(member);
}
