import type { ConfiguredResource, DesiredField, AuthoritativeList } from '../../model/index.js';
import { formatAddress } from '../../model/index.js';
import { problemAt } from '../../model/problem.js';
import { rangeOf } from '../../model/source-text.js';
import { child, entriesOf, textOf } from '../../model/tree.js';
import type { Entry } from '../../model/tree.js';
import { providersOf } from './context.js';
import { partLifecycle, readLifecycle } from './lifecycle.js';
import { readOptions } from './options.js';
import { foldRole, readRoles } from './roles.js';
import type { ServerForm } from './form.js';
import { expandSimple } from './simple.js';
import { referencesOf } from './values.js';
import type { FieldReader } from './values.js';

/** What `duckdb_servers:` gives. */
export interface BuiltServers {
  readonly resources: readonly ConfiguredResource[];
  readonly authoritative: readonly AuthoritativeList[];
}

/** Builds the servers with their mappings and the USAGE on them: one of each in each of their providers. */
export function buildServers(reader: FieldReader): BuiltServers {
  const { context } = reader;
  const resources: ConfiguredResource[] = [];
  const authoritative: AuthoritativeList[] = [];
  for (const entry of context.merged.servers.values()) {
    const { names, problems } = providersOf(context, 'duckdb_servers', entry);
    context.problems.push(...problems);
    const form = readForm(reader, entry);
    const usage = child(entry.value, 'usage');
    const roles = usage === undefined ? [] : readRoles(context, usage);
    const server = readServer(entry, form);
    const lifecycle = partLifecycle(server.lifecycle);
    for (const provider of names) {
      const address = formatAddress({ kind: 'duckdb_server', provider, name: entry.key });
      resources.push({ ...server, address });
      for (const { role, at, options } of form.mappings) {
        resources.push({
          address: formatAddress({ kind: 'user_mapping', provider, name: entry.key, member: role }),
          dependsOn: [address, ...referencesOf(options)],
          lifecycle,
          fields: options,
          range: rangeOf(at),
        });
      }
      if (usage !== undefined) authoritative.push({ kind: 'server_usage', provider, parent: address });
      for (const { role, at } of roles) {
        const member = { kind: 'server_usage', provider, name: entry.key, member: role } as const;
        resources.push({
          address: formatAddress(member),
          dependsOn: [address],
          lifecycle,
          fields: {},
          range: rangeOf(at),
        });
      }
    }
  }
  return { resources, authoritative };
}

/** A server without its address. */
function readServer(entry: Entry, form: ServerForm): Omit<ConfiguredResource, 'address'> {
  const owner = child(entry.value, 'owner');
  const ownerName = textOf(owner);
  const unchecked = textOf(child(entry.value, 'options_unchecked'));
  const fields: Record<string, DesiredField> = {
    type: form.type,
    ...(owner === undefined || ownerName === undefined
      ? {}
      : { owner: { kind: 'plain', value: foldRole(ownerName), range: rangeOf(owner.at) } }),
    ...form.options,
  };
  return {
    dependsOn: referencesOf(fields),
    lifecycle: readLifecycle(entry.value),
    fields,
    range: rangeOf(entry.keyAt),
    ...(unchecked === undefined ? {} : { optionsUnchecked: unchecked === 'true' }),
  };
}

/** The form that the file uses: `type` with options and mappings, or the parameters of one of the helper functions. */
function readForm(reader: FieldReader, entry: Entry): ServerForm {
  const path = `duckdb_servers.${entry.key}`;
  for (const form of ['simple', 'azure'] as const) {
    const node = child(entry.value, form);
    if (node === undefined) continue;
    for (const { key, keyAt } of entriesOf(entry.value)) {
      if (key !== 'options' && key !== 'user_mappings') continue;
      const summary = `\`${key}\` does not go with \`${form}\`, which says all of it.`;
      const next = `Write \`type\`, \`options\` and \`user_mappings\` instead of \`${form}\`, or take \`${key}\` away.`;
      reader.context.problems.push(problemAt(keyAt, { code: 'too-many-keys', summary, next }));
    }
    return expandSimple(reader, node, form);
  }
  const typeNode = child(entry.value, 'type');
  const type = (textOf(typeNode) ?? '').toLowerCase();
  return {
    type: {
      kind: 'plain',
      value: type,
      range: rangeOf(typeNode?.at ?? entry.keyAt),
    },
    options: readOptions(reader, child(entry.value, 'options'), {
      path: `${path}.options`,
      place: 'server',
      type,
    }),
    mappings: readMappings(reader, entry, path, type),
  };
}

function readMappings(reader: FieldReader, entry: Entry, path: string, type: string): ServerForm['mappings'] {
  const found = new Map<string, ServerForm['mappings'][number]>();
  for (const { key, keyAt, value } of entriesOf(child(entry.value, 'user_mappings'))) {
    const role = foldRole(key);
    const first = found.get(role);
    if (first !== undefined) {
      reader.context.problems.push(
        problemAt(keyAt, {
          code: 'duplicate-key',
          summary: `The mapping for \`${role}\` stands twice.`,
          next: 'Take one of the two away.',
          related: [{ message: 'It stands here first.', at: first.at }],
        }),
      );
      continue;
    }
    const options = readOptions(reader, value, {
      path: `${path}.user_mappings.${key}`,
      place: 'mapping',
      type,
    });
    found.set(role, { role, at: keyAt, options });
  }
  return [...found.values()];
}
