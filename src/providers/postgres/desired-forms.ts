import { child, entriesOf, rangeOf, textOf } from '../../model/index.js';
import type { DesiredField, Entry, Place, TreeNode } from '../../model/index.js';
import { readOption, readOptions } from '../sdk/duckdb-option-fields.js';
import type { OptionFields, OptionsPlace } from '../sdk/duckdb-option-fields.js';
import type { NodeReader, SectionReader } from '../sdk/index.js';
import { foldRole } from './desired-roles.js';

/** A server, whichever form the file uses. */
export interface ServerForm {
  readonly type: DesiredField;
  readonly options: OptionFields;
  readonly mappings: readonly ServerMapping[];
  /** Written with `simple`: whether the file names the role of the mapping. */
  readonly simple?: 'user' | 'default';
}

interface ServerMapping {
  readonly role: string;
  readonly at: Place;
  readonly options: OptionFields;
}

/**
 * The functions of the wrapper, and which of their parameters they keep in the user mapping; those that are `always` there are there
 * without a value too (wrapper contract, 'Simple secrets').
 */
const IN_MAPPING = {
  simple: { options: ['key_id', 'secret', 'session_token'], always: ['key_id', 'secret'] },
  azure: { options: ['connection_string'], always: [] },
} as const;

/** Reads `type` with options and mappings, or the parameters of one of the wrapper's functions. */
export function readForm(reader: SectionReader, entry: Entry): ServerForm {
  const { notSecret } = reader.lifecycleOf(entry.value);
  const unchecked = textOf(child(entry.value, 'options_unchecked')) === 'true';
  for (const form of ['simple', 'azure'] as const) {
    const node = child(entry.value, form);
    if (node === undefined) continue;
    refuseBeside(reader, entry, form);
    return expandFunction(reader, node, form, notSecret);
  }
  const path = `duckdb_servers.${entry.key}`;
  const typeNode = child(entry.value, 'type');
  const type = (textOf(typeNode) ?? '').toLowerCase();
  return {
    type: { kind: 'plain', value: type, range: rangeOf(typeNode?.at ?? entry.keyAt) },
    options: readOptions(reader, child(entry.value, 'options'), {
      path: `${path}.options`,
      place: 'server',
      type,
      unchecked,
      notSecret,
    }),
    mappings: readMappings(reader, entry, { path, type, unchecked, notSecret }),
  };
}

function refuseBeside(reader: NodeReader, { value }: Entry, form: string): void {
  for (const { key, keyAt } of entriesOf(value)) {
    if (key !== 'options' && key !== 'user_mappings') continue;
    reader.refuse(keyAt, {
      code: 'too-many-keys',
      summary: `\`${key}\` cannot be combined with \`${form}\`.`,
      next: `Write \`type\`, \`options\` and \`user_mappings\` instead of \`${form}\`, or remove \`${key}\`.`,
    });
  }
}

function readMappings(
  reader: NodeReader,
  entry: Entry,
  { path, ...server }: Omit<OptionsPlace, 'place'>,
): ServerMapping[] {
  const mappings = new Map<string, ServerMapping>();
  for (const { key, keyAt, value } of entriesOf(child(entry.value, 'user_mappings'))) {
    const role = foldRole(key);
    const first = mappings.get(role);
    if (first !== undefined) {
      reader.refuse(keyAt, {
        code: 'duplicate-key',
        summary: `Duplicate mapping for \`${role}\`.`,
        next: 'Remove one of them.',
        related: [{ message: 'First defined here.', at: first.at }],
      });
      continue;
    }
    const options = readOptions(reader, value, {
      path: `${path}.user_mappings.${key}`,
      place: 'mapping',
      ...server,
    });
    mappings.set(role, { role, at: keyAt, options });
  }
  return [...mappings.values()];
}

/**
 * Splits the parameters of `duckdb.create_simple_secret` or `duckdb.create_azure_secret` as the functions do: credentials
 * into a mapping, the rest into the server; empty ones are left out, but for key and secret. The mapping is for `user`, by default the
 * current user.
 */
function expandFunction(
  reader: NodeReader,
  node: TreeNode,
  form: keyof typeof IN_MAPPING,
  notSecret: readonly string[] | undefined,
): ServerForm {
  const typeNode = child(node, 'type');
  const user = child(node, 'user');
  const type = form === 'azure' ? 'azure' : (textOf(typeNode) ?? '').toLowerCase();
  const { server, mapping } = splitParameters(reader, node, form, { type, notSecret });
  const role = foldRole(textOf(user) ?? 'current_user');
  return {
    type: { kind: 'plain', value: type, range: rangeOf((typeNode ?? node).at) },
    options: server,
    mappings: [{ role, at: (user ?? node).at, options: mapping }],
    ...(form === 'simple' ? { simple: user === undefined ? 'default' : 'user' } : {}),
  };
}

function splitParameters(
  reader: NodeReader,
  node: TreeNode,
  form: keyof typeof IN_MAPPING,
  { type, notSecret }: Pick<OptionsPlace, 'type' | 'notSecret'>,
): { readonly server: OptionFields; readonly mapping: OptionFields } {
  const inMapping: readonly string[] = IN_MAPPING[form].options;
  const server: Record<string, DesiredField> = {};
  const mapping: Record<string, DesiredField> = {};
  for (const name of IN_MAPPING[form].always) mapping[`options.${name}`] = { kind: 'plain', value: '' };
  for (const { key, value } of entriesOf(node)) {
    if (key === 'type' || key === 'user') continue;
    const place = inMapping.includes(key) ? 'mapping' : 'server';
    const field = readOption(reader, value, key, { type, place, notSecret });
    if (field === undefined || (field.kind === 'plain' && field.value === '')) continue;
    (place === 'mapping' ? mapping : server)[`options.${key}`] = field;
  }
  return { server, mapping };
}
