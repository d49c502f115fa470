import { canonicalJson } from '../../model/index.js';
import type { ProviderSettings } from '../../model/index.js';

/** Some settings as one text: the same for two entries that write them the same way, whatever the values of their sources are. */
export function settingsKey({ fields }: ProviderSettings, names: readonly string[]): string {
  return canonicalJson(
    names.map((name) => {
      const field = fields[name];
      if (field === undefined) return null;
      return field.kind === 'plain' ? { value: field.value } : { source: field.source };
    }),
  );
}
