import { credentialIn, entriesOf, rangeOf } from '../../model/index.js';
import type { DesiredField, TreeNode } from '../../model/index.js';
import type { NodeReader } from './language.js';

/** Headers that carry credentials by their names. */
const SECRET_HEADER = /authorization|cookie|credential|key|passw|secret|session|signature|token/i;

/** Whether an option is HTTP headers, written as a map of text. */
export function isHeaderMap(reader: NodeReader, node: TreeNode, name: string): boolean {
  return name === 'extra_http_headers' && node.kind === 'map' && !reader.isSource(node);
}

/**
 * Headers as a plain map, which is sent as DuckDB reads it, `{name=value}`. A header that may be a credential is refused, and so is what
 * DuckDB's form cannot hold.
 */
export function readHeaders(reader: NodeReader, node: TreeNode, path: string): DesiredField | undefined {
  const headers: Record<string, string> = {};
  for (const { key, value } of entriesOf(node)) {
    const text = value.kind === 'scalar' ? value.text : '';
    if (SECRET_HEADER.test(key) || credentialIn(text) !== undefined) {
      reader.refuse(value.at, reader.plainSecret(path));
      return undefined;
    }
    if (value.kind !== 'scalar' || /[{}=,'"\\]/.test(`${key}${text}`)) {
      reader.refuse(value.at, {
        code: 'not-a-map',
        summary: `The header \`${key}\` has characters that a map of DuckDB cannot hold.`,
        next: 'Leave out braces, commas, "=", quotes and backslashes.',
      });
      return undefined;
    }
    headers[key] = text;
  }
  return { kind: 'plain', value: headers, range: rangeOf(node.at) };
}
