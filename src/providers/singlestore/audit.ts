import { type ConfiguredResource, type DesiredResource, type Diagnostic } from '../../model/index.js';
import { kinds } from './kinds.js';

/** A value has at most so many bytes in UTF-8: the seed's 5 MB, read in the larger way (5 × 1024 × 1024). */
export const MAX_VALUE_BYTES = 5 * 1024 * 1024;

/**
 * What cannot work, from the text of the configuration alone: names with letters that the API refuses, and shares that
 * name nobody. Pure.
 */
export function audit(resources: readonly ConfiguredResource[]): readonly Diagnostic[] {
  return resources.flatMap((resource) => {
    const address = kinds.parse(resource.address);
    if (address?.kind === 'secret' && !/^[A-Za-z0-9_]+$/.test(address.name)) {
      return [
        problem(
          resource,
          'invalid-secret-name',
          `The name ${JSON.stringify(address.name)} is not one that SingleStore takes.`,
          'Use letters, digits and underscores only.',
        ),
      ];
    }
    if (address?.kind === 'share' && !isWellFormed(address.member ?? '')) {
      return [
        problem(
          resource,
          'invalid-principal',
          `${JSON.stringify(address.member ?? '')} names neither a user nor a team.`,
          'Write user:<e-mail address>, team:<name> or self.',
        ),
      ];
    }
    return [];
  });
}

/** What cannot work now that values are known: one that is larger than SingleStore takes. Pure. */
export function auditValues(resources: readonly DesiredResource[]): readonly Diagnostic[] {
  return resources.flatMap((resource) => {
    const { value } = resource.fields;
    if (value?.kind !== 'sensitive' || value.value.byteLength <= MAX_VALUE_BYTES) return [];
    return [
      problem(
        resource,
        'value-too-large',
        `The value has ${value.value.byteLength} bytes; SingleStore takes at most ${MAX_VALUE_BYTES} (5 MB).`,
        'Split the value, or keep the large part elsewhere and store a reference to it.',
      ),
    ];
  });
}

/** `self`, `user:self`, `user:` with an e-mail address or a UUID, `team:` with any name. */
function isWellFormed(member: string): boolean {
  return /^(self|user:self|user:[^\s@]+@[^\s@]+|user:[0-9a-f-]{36}|team:\S(.*\S)?)$/isu.test(member);
}

function problem(
  resource: { readonly address: string; readonly range?: Diagnostic['range'] },
  code: string,
  summary: string,
  next: string,
): Diagnostic {
  const range = resource.range === undefined ? {} : { range: resource.range };
  return { severity: 'error', code, summary, next, address: resource.address, ...range };
}
