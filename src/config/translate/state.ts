import { defined, parseDuration } from '../../model/index.js';
import type { DesiredField, StateSettings } from '../../model/index.js';
import { rangeOf } from '../../model/source-text.js';
import { child, entriesOf, textOf } from '../../model/tree.js';
import type { Entry } from '../../model/tree.js';
import { fromFolder, readSetting } from './setting.js';
import type { PathSettings } from './setting.js';
import type { FieldReader } from './values.js';

/** Builds `state:`; without it, the state is kept by the standard backend. */
export function buildState(reader: FieldReader, stack: string): StateSettings {
  const { merged, cwd, language } = reader.context;
  const { state } = merged;
  const folder = merged.stack?.keyAt.source.folder ?? cwd;
  const name = textOf(state && child(state.value, 'backend')) ?? '';
  const backend = language.backends.find(name) ?? language.backends.standard;
  const fields = state === undefined ? {} : readFields(reader, state, backend);
  const leaseMs = parseDuration(textOf(state && child(state.value, 'lease')) ?? '', ['s', 'm', 'h']);
  return {
    backend: backend.name,
    fields: backend.complete?.(fields, { stack, folder }) ?? fields,
    folder,
    ...defined({ leaseMs, range: state && rangeOf(state.keyAt) }),
  };
}

function readFields(
  reader: FieldReader,
  state: Entry,
  backend: PathSettings,
): Readonly<Record<string, DesiredField>> {
  const fields: Record<string, DesiredField> = {};
  for (const { key, keyAt, value } of entriesOf(state.value)) {
    if (key === 'backend' || key === 'lease') continue;
    const field = readSetting(reader, value, `state.${key}`, 'The state');
    if (field !== undefined) fields[key] = fromFolder(key, field, keyAt.source.folder, backend);
  }
  return fields;
}
