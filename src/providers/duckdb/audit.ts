import { fieldText, problem } from '../../model/index.js';
import type { ConfiguredResource, DesiredResource, Diagnostic, ProviderSettings } from '../../model/index.js';
import { auditOptionValues } from '../sdk/audit-option-values.js';
import { kinds } from './kinds.js';

/** A file name holds 255 bytes, and DuckDB needs 55 of them for its suffix and for a name to write under. */
const LONGEST_NAME = 200;

/** What cannot work with stored secrets: names that no file can have, and values that DuckDB can do nothing with. */
export function audit(
  _settings: ProviderSettings,
  resources: readonly ConfiguredResource[],
): readonly Diagnostic[] {
  return resources.flatMap((resource) => {
    const { address, range, fields } = resource;
    const { name } = kinds.mustParse(address);
    const values = auditOptionValues(resource, fieldText(fields['type']) ?? '', { whole: true });
    if (Buffer.byteLength(name) <= LONGEST_NAME) return values;
    return [
      ...values,
      problem({
        code: 'bad-secret-name',
        summary: `DuckDB keeps a secret in a file of its name, and ${JSON.stringify(name)} is too long for one.`,
        next: `Use at most ${LONGEST_NAME} letters, digits, "_" and "-".`,
        address,
        at: range,
      }),
    ];
  });
}

/** What cannot work with the values as they are: DuckDB's text is UTF-8, which has no lone halves of UTF-16 pairs. */
export function auditValues(resources: readonly DesiredResource[]): readonly Diagnostic[] {
  return resources.flatMap(({ address, range, fields }) =>
    Object.entries(fields)
      .filter(([, field]) => field.kind === 'sensitive' && /\p{Surrogate}/u.test(field.value.reveal()))
      .map(([path]) =>
        problem({
          code: 'value-not-text',
          summary: `The value of ${path.replace(/^options\./, '')} has a character that is not Unicode text.`,
          next: 'Remove the broken surrogate pair from it, or encode the value (base64, for example).',
          address,
          at: range,
        }),
      ),
  );
}
