import { rangeOf } from '../../model/index.js';
import type { DesiredField, Entry, ProviderSettings } from '../../model/index.js';
import { child, entriesOf, textOf } from '../../model/tree.js';
import type { Desired, SettingsDefinition } from '../../providers/sdk/index.js';
import { nodeReader } from './section-reader.js';
import { fromFolder, readSetting } from './setting.js';
import type { FieldReader } from './values.js';

/** What `providers:` gives. */
export interface BuiltProviders {
  readonly settings: readonly ProviderSettings[];
  /** What the providers make of keys that are resources. */
  readonly desired: readonly Desired[];
}

/** Builds the settings of the providers, and the resources that are written among them. */
export function buildProviders(reader: FieldReader): BuiltProviders {
  const { language, merged } = reader.context;
  const settings: ProviderSettings[] = [];
  const desired: Desired[] = [];
  for (const entry of merged.map('providers').values()) {
    const type = textOf(child(entry.value, 'type')) ?? '';
    const definition = language.providers.find((provider) => provider.type === type)?.settings;
    settings.push(readSettings(reader, entry, type, definition));
    const { resources } = definition ?? {};
    if (resources !== undefined) desired.push(resources.desired(entry, nodeReader(reader)));
  }
  return { settings, desired };
}

function readSettings(
  reader: FieldReader,
  entry: Entry,
  type: string,
  definition: SettingsDefinition | undefined,
): ProviderSettings {
  const fields: Record<string, DesiredField> = {};
  for (const { key, keyAt, value } of entriesOf(entry.value)) {
    if (key === 'type' || definition?.resources?.keys.includes(key) === true) continue;
    const field = readSetting(reader, value, `providers.${entry.key}.${key}`, 'A provider');
    if (field === undefined) continue;
    fields[key] = fromFolder(key, field, keyAt.source.folder, definition);
  }
  return { name: entry.key, type, fields, range: rangeOf(entry.keyAt) };
}
