import { child, entriesOf, formatAddress, rangeOf, textOf, textsOf } from '../../model/index.js';
import type { ConfiguredResource, DesiredField, Entry } from '../../model/index.js';
import { referencesOf } from '../sdk/desired.js';
import { readOptions } from '../sdk/duckdb-option-fields.js';
import type { Desired, SectionReader } from '../sdk/index.js';
import { foldName } from './names.js';

/** `duckdb_secrets`: one secret in each of its directories, under its name in lower case, as DuckDB has it. */
export function desiredSecrets(reader: SectionReader): Desired {
  const resources: ConfiguredResource[] = [];
  const first = new Map<string, Entry>();
  for (const entry of reader.entries('duckdb_secrets')) {
    const providers = reader.providersOf(entry);
    const secret = readSecret(reader, entry);
    for (const provider of providers) {
      const address = formatAddress({ kind: 'duckdb_secret', provider, name: foldName(entry.key) });
      const other = first.get(address);
      if (other === undefined) {
        first.set(address, entry);
        resources.push({ ...secret, address });
        continue;
      }
      reader.refuse(entry.keyAt, {
        code: 'clashing-secret-names',
        summary: `\`${entry.key}\` and \`${other.key}\` are the same name to DuckDB, whose names are case-insensitive.`,
        next: 'Rename one of them.',
        related: [{ message: 'First defined here.', at: other.keyAt }],
        address,
      });
    }
  }
  return { resources, authoritative: [] };
}

/** A secret without its address: the same for each directory. */
function readSecret(reader: SectionReader, entry: Entry): Omit<ConfiguredResource, 'address'> {
  const { key, keyAt, value: node } = entry;
  const path = `duckdb_secrets.${key}`;
  const typeNode = child(node, 'type');
  const type = (textOf(typeNode) ?? '').toLowerCase();
  const lifecycle = reader.lifecycleOf(node);
  const { notSecret } = lifecycle;
  const options = readOptions(reader, child(node, 'options'), {
    path: `${path}.options`,
    place: 'open',
    type,
    notSecret,
  });
  const sensitive = readOptions(reader, child(node, 'sensitive'), {
    path: `${path}.sensitive`,
    place: 'sensitive',
    type,
    notSecret,
  });
  refuseInBoth(reader, entry);
  const fields: Record<string, DesiredField> = {
    type: { kind: 'plain', value: type, range: rangeOf((typeNode ?? node).at) },
    ...readScope(entry),
    ...options,
    ...sensitive,
  };
  return {
    dependsOn: referencesOf(fields),
    lifecycle,
    fields,
    range: rangeOf(keyAt),
  };
}

function readScope({ value: entry }: Entry): Readonly<Record<string, DesiredField>> {
  const node = child(entry, 'scope');
  if (node === undefined) return {};
  const scopes = textsOf(node).map(({ text }) => text);
  const [first, ...others] = scopes;
  const value = textOf(node) ?? (first !== undefined && others.length === 0 ? first : scopes);
  return { scope: { kind: 'plain', value, range: rangeOf(node.at) } };
}

/** Reports options that are both in the open and among the credentials. */
function refuseInBoth(reader: SectionReader, { value }: Entry): void {
  const open = new Map(
    entriesOf(child(value, 'options')).map(({ key, keyAt }) => [key.toLowerCase(), keyAt]),
  );
  for (const { key, keyAt } of entriesOf(child(value, 'sensitive'))) {
    const first = open.get(key.toLowerCase());
    if (first === undefined) continue;
    reader.refuse(keyAt, {
      code: 'option-in-both-places',
      summary: `The option \`${key}\` is in both \`options\` and \`sensitive\`.`,
      next: 'Keep one of them.',
      related: [{ message: 'First defined here.', at: first }],
    });
  }
}
