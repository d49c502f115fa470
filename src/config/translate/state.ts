import { defined } from '../../model/index.js';
import { resolve } from 'node:path';
import type { Backend, DesiredField, StateSettings } from '../../model/index.js';
import { rangeOf } from '../../model/source-text.js';
import { entriesOf, textOf } from '../../model/tree.js';
import { readSetting } from './setting.js';
import type { FieldReader } from './values.js';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Builds `state:`; where there is none, the state is a file. */
export function buildState(reader: FieldReader, stack: string): StateSettings {
  const { merged, cwd } = reader.context;
  const { state } = merged;
  const fields: Record<string, DesiredField> = {};
  let backend: Backend = 'local';
  let leaseMs: number | undefined;
  for (const { key, value } of state === undefined ? [] : entriesOf(state.value)) {
    const text = textOf(value) ?? '';
    if (key === 'backend') {
      if (text === 'postgres' || text === 'http') backend = text;
    } else if (key === 'lease') leaseMs = Number.parseInt(text, 10) * (UNITS[text.slice(-1)] ?? 0);
    else {
      const field = readSetting(reader, value, `state.${key}`, 'The state');
      if (field !== undefined) fields[key] = field;
    }
  }
  if (backend === 'local') fields['path'] = pathOf(fields['path'], stack, cwd);
  return {
    backend,
    fields,
    ...defined({ leaseMs }),
    ...(state === undefined ? {} : { range: rangeOf(state.keyAt) }),
  };
}

function pathOf(field: DesiredField | undefined, stack: string, cwd: string): DesiredField {
  const path = field?.kind === 'plain' && typeof field.value === 'string' ? field.value : undefined;
  return { kind: 'plain', value: resolve(cwd, path ?? `.secrets/${stack}.state.json`) };
}
