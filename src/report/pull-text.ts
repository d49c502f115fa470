import { Document } from 'yaml';
import { defined } from '../model/index.js';
import type { ActualResource, Address, Kinds } from '../model/index.js';

/** A map of YAML before it is written. */
type Section = Record<string, Record<string, unknown>>;

/** Names that the language takes. Others cannot be managed, and are listed as a remark. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_$-]{0,254}$/;

/**
 * What the systems have, as a configuration says it: to be looked through, and put where the other files are. Values are taken
 * from variables that are named after their places; `adopt: true` lets the next apply take over what is there.
 */
export function pullText(resources: readonly ActualResource[], kinds: Kinds): string {
  const secrets: Section = {};
  const servers: Section = {};
  const duckdb: Section = {};
  const strange: string[] = [];
  const byAddress = new Map(
    resources.map((resource) => [resource.address, kinds.mustParse(resource.address)]),
  );
  for (const resource of resources) {
    const address = byAddress.get(resource.address);
    if (address === undefined || kinds.parentOf(address) !== undefined || address.kind === 'fdw_usage')
      continue;
    if (!NAME.test(address.name)) strange.push(resource.address);
    else if (address.kind === 'secret') secrets[keyOf(address, secrets)] = secretEntry(address);
    else if (address.kind === 'duckdb_server')
      servers[keyOf(address, servers)] = serverEntry(address, resource);
    else duckdb[keyOf(address, duckdb)] = duckdbEntry(address, resource);
  }
  for (const resource of resources) {
    const address = byAddress.get(resource.address);
    if (address?.member === undefined) continue;
    if (address.kind === 'share') addShare(secrets[address.name], resource, address.member);
    if (address.kind === 'server_usage') push(servers[address.name], 'usage', address.member);
    if (address.kind === 'user_mapping') addMapping(servers[address.name], resource, address);
  }
  const sections = { secrets, duckdb_servers: servers, duckdb_secrets: duckdb };
  const filled = Object.entries(sections).filter(([, section]) => Object.keys(section).length > 0);
  if (filled.length === 0)
    return `${[...HEAD, '# Nothing was found that the configuration does not name.'].join('\n')}\n`;
  const document = new Document(Object.fromEntries(filled), { aliasDuplicateObjects: false });
  const remarks = strange.map(
    (address) => `# Not managed, since the language has no such name: ${JSON.stringify(address)}`,
  );
  return `${[...HEAD, ...remarks].join('\n')}\n${document.toString({ lineWidth: 110 })}`;
}

const HEAD = [
  '# What the systems have and the configuration does not name. Look it through: set each variable to the value as it is, and',
  '# take `adopt` out again once it is applied.',
];

const ADOPT = { adopt: true };

/** One system may have what another one has under the same name: the first keeps the name, the other needs a file of its own. */
function keyOf({ name, provider }: Address, section: Section): string {
  return Object.hasOwn(section, name) ? `${name}_${provider}` : name;
}

function secretEntry({ name, provider }: Address): Record<string, unknown> {
  return { provider, value: { env: variable(name) }, lifecycle: ADOPT };
}

function serverEntry({ provider }: Address, resource: ActualResource): Record<string, unknown> {
  const { type, owner, ...rest } = plainFields(resource);
  const options = optionsOf(rest);
  return {
    provider,
    type,
    ...defined({ owner }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    lifecycle: ADOPT,
  };
}

function duckdbEntry({ name, provider }: Address, resource: ActualResource): Record<string, unknown> {
  const { type, scope, ...rest } = plainFields(resource);
  const options = optionsOf(rest);
  const sensitive = sourcesOf(resource, name);
  return {
    provider,
    type,
    ...defined({ scope }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(Object.keys(sensitive).length === 0 ? {} : { sensitive }),
    lifecycle: ADOPT,
  };
}

function addShare(secret: Record<string, unknown> | undefined, resource: ActualResource, who: string): void {
  push(secret, plainFields(resource)['role'] === 'Owner' ? 'owners' : 'readers', who);
}

function addMapping(
  server: Record<string, unknown> | undefined,
  resource: ActualResource,
  address: Address,
): void {
  if (server === undefined || address.member === undefined) return;
  const mappings = (server['user_mappings'] ??= {}) as Record<string, unknown>;
  mappings[address.member] = sourcesOf(resource, `${address.name}_${address.member}`);
}

function push(entry: Record<string, unknown> | undefined, key: string, member: string): void {
  if (entry === undefined) return;
  const list = (entry[key] ??= []) as string[];
  list.push(member);
}

/** Fields that may be shown, by path. */
function plainFields({ fields }: ActualResource): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([path, field]) => (field.kind === 'plain' ? [[path, field.value]] : [])),
  );
}

function optionsOf(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([path, value]) =>
      path.startsWith('options.') ? [[path.slice('options.'.length), value]] : [],
    ),
  );
}

/** A variable for each option whose value was not read. */
function sourcesOf({ fields }: ActualResource, place: string): Record<string, { readonly env: string }> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([path, field]) => {
      const option = path.startsWith('options.') ? path.slice('options.'.length) : undefined;
      return field.kind === 'plain' || option === undefined
        ? []
        : [[option, { env: variable(`${place}_${option}`) }]];
    }),
  );
}

/** The name of a variable for a place. */
function variable(text: string): string {
  const name = text.toUpperCase().replace(/[^A-Z0-9_]+/g, '_');
  return /^[0-9]/.test(name) ? `_${name}` : name;
}
