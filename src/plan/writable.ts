import { isStateOnly, own, problem, providerOf } from '../model/index.js';
import type { Change, Diagnostic, ReadResult } from '../model/index.js';

/** The code of what is said of a system that takes no writes. */
export const READ_ONLY = 'read-only-system';

/**
 * What there is to say where changes are planned in a system that takes no writes (a standby).
 * @param severity a warning for a plan, which may be applied to the primary; an error for an apply
 */
export function checkWritable(
  changes: readonly Change[],
  actual: Readonly<Record<string, ReadResult>>,
  severity: 'warning' | 'error',
): readonly Diagnostic[] {
  const written = new Set(
    changes.filter((change) => !isStateOnly(change)).map(({ address }) => providerOf(address)),
  );
  return [...written].flatMap((provider) => {
    const readOnly = own(actual, provider)?.readOnly;
    if (readOnly === undefined) return [];
    return [
      problem({
        severity,
        code: READ_ONLY,
        summary: `${provider}: ${readOnly.message}; its changes cannot be made there.`,
        next: readOnly.next,
      }),
    ];
  });
}
