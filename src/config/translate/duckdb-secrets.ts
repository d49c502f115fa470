import type { ConfiguredResource, DesiredField } from '../../model/index.js';
import { formatAddress } from '../../model/index.js';
import { textsOf } from '../merge.js';
import { problemAt } from '../../model/problem.js';
import { rangeOf } from '../../model/source-text.js';
import type { Place } from '../../model/source-text.js';
import { child, entriesOf, textOf } from '../../model/tree.js';
import type { Entry } from '../../model/tree.js';
import { providersOf } from './context.js';
import { readLifecycle } from './lifecycle.js';
import { readOptions } from './options.js';
import { referencesOf } from './values.js';
import type { FieldReader } from './values.js';

/** Builds DuckDB's own secrets: one of each in each of its directories, under its name in lower case, as DuckDB has it. */
export function buildDuckdbSecrets(reader: FieldReader): readonly ConfiguredResource[] {
  const { context } = reader;
  const resources: ConfiguredResource[] = [];
  const seen = new Map<string, { readonly key: string; readonly at: Place }>();
  for (const entry of context.merged.duckdbSecrets.values()) {
    const { names, problems } = providersOf(context, 'duckdb_secrets', entry);
    context.problems.push(...problems);
    const base = readSecret(reader, entry);
    for (const provider of names) {
      const name = entry.key.toLowerCase();
      const address = formatAddress({ kind: 'duckdb_secret', provider, name });
      const first = seen.get(address);
      if (first !== undefined) {
        context.problems.push(
          problemAt(entry.keyAt, {
            code: 'clashing-secret-names',
            summary: `\`${entry.key}\` and \`${first.key}\` are one name to DuckDB, which does not tell capitals from small letters.`,
            next: 'Give one of them another name.',
            related: [{ message: 'It stands here first.', at: first.at }],
            address,
          }),
        );
        continue;
      }
      seen.set(address, { key: entry.key, at: entry.keyAt });
      resources.push({ ...base, address });
    }
  }
  return resources;
}

/** A secret without its address: the same for each directory. */
function readSecret(reader: FieldReader, entry: Entry): Omit<ConfiguredResource, 'address'> {
  const node = entry.value;
  const path = `duckdb_secrets.${entry.key}`;
  const typeNode = child(node, 'type');
  const type = (textOf(typeNode) ?? '').toLowerCase();
  const open = readOptions(reader, child(node, 'options'), { path: `${path}.options`, place: 'open', type });
  const kept = readOptions(reader, child(node, 'sensitive'), {
    path: `${path}.sensitive`,
    place: 'sensitive',
    type,
  });
  sayTwice(reader, entry);
  const fields: Record<string, DesiredField> = {
    type: { kind: 'plain', value: type, range: rangeOf((typeNode ?? node).at) },
    ...readScope(entry),
    ...open,
    ...kept,
  };
  return {
    dependsOn: referencesOf(fields),
    lifecycle: readLifecycle(node),
    fields,
    range: rangeOf(entry.keyAt),
  };
}

function readScope(entry: Entry): Readonly<Record<string, DesiredField>> {
  const node = child(entry.value, 'scope');
  if (node === undefined) return {};
  const several = textsOf(node).map(({ text }) => text);
  const [first, ...others] = several;
  const value = textOf(node) ?? (first !== undefined && others.length === 0 ? first : several);
  return { scope: { kind: 'plain', value, range: rangeOf(node.at) } };
}

/** An option that stands in the open and among the credentials. */
function sayTwice({ context }: FieldReader, { value }: Entry): void {
  const open = new Map(
    entriesOf(child(value, 'options')).map(({ key, keyAt }) => [key.toLowerCase(), keyAt]),
  );
  for (const { key, keyAt } of entriesOf(child(value, 'sensitive'))) {
    const first = open.get(key.toLowerCase());
    if (first === undefined) continue;
    context.problems.push(
      problemAt(keyAt, {
        code: 'option-in-both-places',
        summary: `The option \`${key}\` stands in \`options\` and in \`sensitive\`.`,
        next: 'Keep one of the two.',
        related: [{ message: 'It stands here first.', at: first }],
      }),
    );
  }
}
