import type { DesiredField } from '../../model/index.js';
import { rangeOf } from '../../model/source-text.js';
import { child, entriesOf, textOf } from '../../model/tree.js';
import type { TreeNode } from '../../model/tree.js';
import type { ServerForm } from './form.js';
import { readField } from './values.js';
import type { FieldReader } from './values.js';

/** The helper functions, and which of their parameters they keep in the user mapping (wrapper contract, 'Simple secrets'). */
const IN_MAPPING = {
  simple: ['key_id', 'secret', 'session_token'],
  azure: ['connection_string'],
} as const;

/**
 * Splits the parameters of `duckdb.create_simple_secret` or `duckdb.create_azure_secret` as the functions do: credentials
 * into a mapping for the current user, the rest into the server; empty ones are left out, and so is an empty mapping.
 */
export function expandSimple(reader: FieldReader, node: TreeNode, form: keyof typeof IN_MAPPING): ServerForm {
  const inMapping: readonly string[] = IN_MAPPING[form];
  const server: Record<string, DesiredField> = {};
  const mapping: Record<string, DesiredField> = {};
  for (const { key, value } of entriesOf(node)) {
    if (key === 'type') continue;
    const field = readField(reader, value);
    if (field === undefined || (field.kind === 'plain' && field.value === '')) continue;
    (inMapping.includes(key) ? mapping : server)[`options.${key}`] = field;
  }
  const typeNode = child(node, 'type');
  const type = form === 'azure' ? 'azure' : (textOf(typeNode) ?? '').toLowerCase();
  return {
    type: { kind: 'plain', value: type, range: rangeOf((typeNode ?? node).at) },
    options: server,
    mappings:
      Object.keys(mapping).length === 0 ? [] : [{ role: 'current_user', at: node.at, options: mapping }],
  };
}
