import { defined, isReference } from '../../model/index.js';
import type { DesiredField, Lifecycle, Place, ProblemWords } from '../../model/index.js';

/** The words for something that is twice in a list. */
export function duplicateItem(what: string, first: Place): ProblemWords {
  return {
    code: 'duplicate-item',
    summary: `${what} appears twice in this list.`,
    next: 'Remove one of them.',
    related: [{ message: 'First listed here.', at: first }],
  };
}

/** The addresses of the secrets that some fields take their values from. */
export function referencesOf(fields: Readonly<Record<string, DesiredField>>): string[] {
  return [
    ...new Set(
      Object.values(fields).flatMap((field) =>
        field.kind === 'source' && isReference(field.source) ? [field.source.address] : [],
      ),
    ),
  ];
}

/**
 * What the parts of a resource (its shares, its mappings) have of its lifecycle: they are forgotten and adopted with it, and
 * ignored options stay ignored. `protect` is not inherited: access to a protected secret may change.
 */
export function partLifecycle({ ignore, onRemove, adopt, adoptFrom }: Lifecycle): Lifecycle {
  return defined({ ignore, onRemove, adopt, adoptFrom });
}
