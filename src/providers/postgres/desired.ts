import { child, defined, formatAddress, rangeOf, textOf } from '../../model/index.js';
import type { AuthoritativeList, ConfiguredResource, DesiredField, Entry } from '../../model/index.js';
import { partLifecycle, referencesOf } from '../sdk/desired.js';
import type { Desired, NodeReader, SectionReader } from '../sdk/index.js';
import { readForm } from './desired-forms.js';
import type { ServerForm } from './desired-forms.js';
import { foldRole, readRoles } from './desired-roles.js';

/** `fdw_usage` of a provider: who may use the wrapper. */
export function desiredWrapperUsage({ key: provider, value }: Entry, reader: NodeReader): Desired {
  const usage = child(value, 'fdw_usage');
  if (usage === undefined) return { resources: [], authoritative: [] };
  const resources = readRoles(reader, usage).map(({ role, at }) => ({
    address: formatAddress({ kind: 'fdw_usage', provider, name: role }),
    dependsOn: [],
    lifecycle: {},
    fields: {},
    range: rangeOf(at),
  }));
  return { resources, authoritative: [{ kind: 'fdw_usage', provider }] };
}

/** `duckdb_servers`: servers with their mappings and the USAGE on them, one of each in each of their providers. */
export function desiredServers(reader: SectionReader): Desired {
  const resources: ConfiguredResource[] = [];
  const authoritative: AuthoritativeList[] = [];
  for (const entry of reader.entries('duckdb_servers')) {
    const providers = reader.providersOf(entry);
    const form = readForm(reader, entry);
    const server = readServer(reader, entry, form);
    const usage = child(entry.value, 'usage');
    const roles = usage === undefined ? [] : readRoles(reader, usage);
    for (const provider of providers) {
      const address = formatAddress({ kind: 'duckdb_server', provider, name: entry.key });
      const part = { dependsOn: [address], lifecycle: partLifecycle(server.lifecycle) };
      const member = (kind: string, role: string): string =>
        formatAddress({ kind, provider, name: entry.key, member: role });
      if (usage !== undefined) authoritative.push({ kind: 'server_usage', provider, parent: address });
      resources.push(
        { ...server, address },
        ...form.mappings.map(({ role, at, options }) => ({
          ...part,
          address: member('user_mapping', role),
          dependsOn: [address, ...referencesOf(options)],
          fields: options,
          range: rangeOf(at),
        })),
        ...roles.map(({ role, at }) => ({
          ...part,
          address: member('server_usage', role),
          fields: {},
          range: rangeOf(at),
        })),
      );
    }
  }
  return { resources, authoritative };
}

/** A server without its address. */
function readServer(
  reader: SectionReader,
  { keyAt, value: node }: Entry,
  form: ServerForm,
): Omit<ConfiguredResource, 'address'> {
  const owner = child(node, 'owner');
  const ownerName = textOf(owner);
  const unchecked = textOf(child(node, 'options_unchecked'));
  const fields: Record<string, DesiredField> = {
    type: form.type,
    ...(owner === undefined || ownerName === undefined
      ? {}
      : { owner: { kind: 'plain', value: foldRole(ownerName), range: rangeOf(owner.at) } }),
    ...form.options,
  };
  return {
    dependsOn: referencesOf(fields),
    lifecycle: reader.lifecycleOf(node),
    fields,
    range: rangeOf(keyAt),
    ...defined({
      optionsUnchecked: unchecked === undefined ? undefined : unchecked === 'true',
      simple: form.simple,
    }),
  };
}
