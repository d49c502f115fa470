import { resolve } from 'node:path';
import type {
  ConfiguredResource,
  DesiredField,
  AuthoritativeList,
  ProviderSettings,
} from '../../model/index.js';
import { formatAddress } from '../../model/index.js';
import { rangeOf } from '../../model/source-text.js';
import { child, entriesOf, textOf } from '../../model/tree.js';
import type { Entry } from '../../model/tree.js';
import { readRoles } from './roles.js';
import { readSetting } from './setting.js';
import type { FieldReader } from './values.js';

/** What `providers:` gives. */
export interface BuiltProviders {
  readonly settings: readonly ProviderSettings[];
  readonly resources: readonly ConfiguredResource[];
  readonly authoritative: readonly AuthoritativeList[];
}

/** Builds the providers, and the roles that may use the wrapper of each. */
export function buildProviders(reader: FieldReader): BuiltProviders {
  const settings: ProviderSettings[] = [];
  const resources: ConfiguredResource[] = [];
  const authoritative: AuthoritativeList[] = [];
  for (const entry of reader.context.merged.providers.values()) {
    settings.push(readSettings(reader, entry));
    const usage = child(entry.value, 'fdw_usage');
    if (usage === undefined) continue;
    authoritative.push({ kind: 'fdw_usage', provider: entry.key });
    for (const { role, at } of readRoles(reader.context, usage)) {
      const address = formatAddress({ kind: 'fdw_usage', provider: entry.key, name: role });
      resources.push({ address, dependsOn: [], lifecycle: {}, fields: {}, range: rangeOf(at) });
    }
  }
  return { settings, resources, authoritative };
}

/** Settings of the `duckdb` provider that are paths: relative ones start from the current folder, as the state's does. */
const PATHS = new Set(['secret_directory', 'extension_directory']);

function fromFolder(field: DesiredField, cwd: string): DesiredField {
  if (field.kind !== 'plain' || typeof field.value !== 'string' || field.value.startsWith('~')) return field;
  return { ...field, value: resolve(cwd, field.value) };
}

function readSettings(reader: FieldReader, entry: Entry): ProviderSettings {
  const fields: Record<string, DesiredField> = {};
  for (const { key, value } of entriesOf(entry.value)) {
    if (key === 'type' || key === 'fdw_usage') continue;
    const field = readSetting(reader, value, `providers.${entry.key}.${key}`, 'A provider');
    if (field === undefined) continue;
    fields[key] = PATHS.has(key) ? fromFolder(field, reader.context.cwd) : field;
  }
  return {
    name: entry.key,
    type: textOf(child(entry.value, 'type')) ?? '',
    fields,
    range: rangeOf(entry.keyAt),
  };
}
