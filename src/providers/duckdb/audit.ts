import { defined } from '../../model/index.js';
import type { ConfiguredResource, DesiredResource, Diagnostic, ProviderSettings } from '../../model/index.js';
import { foldName } from './names.js';
import { kinds } from './kinds.js';

/** A file name holds 255 bytes, and DuckDB needs 55 of them for its suffix and for a name to write under. */
const LONGEST_NAME = 200;

/** What cannot work with stored secrets: names that are one to DuckDB, and names that no file can have. */
export function audit(
  _settings: ProviderSettings,
  resources: readonly ConfiguredResource[],
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Map<string, ConfiguredResource>();
  for (const resource of resources) {
    const { name } = kinds.mustParse(resource.address);
    const at = {
      address: resource.address,
      ...defined({ range: resource.range }),
    };
    if (Buffer.byteLength(name) > LONGEST_NAME || /[/\\\0]/.test(name)) {
      found.push({
        severity: 'error',
        code: 'bad-secret-name',
        summary: `DuckDB keeps a secret in a file of its name, and ${JSON.stringify(name)} cannot be one.`,
        next: `Use at most ${LONGEST_NAME} letters, digits, "_" and "-".`,
        ...at,
      });
    }
    const first = seen.get(foldName(name));
    if (first !== undefined) {
      found.push({
        severity: 'error',
        code: 'clashing-secret-names',
        summary: `The secrets ${kinds.mustParse(first.address).name} and ${name} are one name to DuckDB, which does not tell upper case from lower.`,
        next: 'Rename one of them.',
        ...at,
        ...(first.range === undefined ? {} : { related: [{ message: 'the other one', range: first.range }] }),
      });
    }
    seen.set(foldName(name), first ?? resource);
  }
  return found;
}

/** What cannot work, said when values are known: DuckDB's text is UTF-8, which has no lone halves of UTF-16 pairs. */
export function auditValues(resources: readonly DesiredResource[]): readonly Diagnostic[] {
  return resources.flatMap((resource) =>
    Object.entries(resource.fields).flatMap(([path, field]): Diagnostic[] => {
      const text = field.kind === 'sensitive' ? field.value.reveal() : '';
      if (!/\p{Surrogate}/u.test(text)) return [];
      return [
        {
          severity: 'error',
          code: 'value-not-text',
          summary: `The value of ${path.replace(/^options\./, '')} has a character that is not Unicode text.`,
          next: 'Remove the broken surrogate pair from it, or encode the value (base64, say).',
          address: resource.address,
          ...defined({ range: resource.range }),
        },
      ];
    }),
  );
}
