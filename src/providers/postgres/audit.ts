import { defined, groupBy, kindOf, problem } from '../../model/index.js';
import type {
  ConfiguredResource,
  DesiredField,
  DesiredResource,
  Diagnostic,
  Field,
  ProviderSettings,
} from '../../model/index.js';
import { auditOptionValues } from '../sdk/audit-option-values.js';
import { auditNames } from './audit-names.js';
import { auditOptions } from './audit-options.js';
import { auditTraps } from './audit-traps.js';
import type { ServerShape } from './audit-options.js';
import { isStorable } from './text.js';
import { kinds } from './kinds.js';

/** The plain text of a field, if it is that. */
function plainText(field: DesiredField | undefined): string | undefined {
  return field?.kind === 'plain' && typeof field.value === 'string' ? field.value : undefined;
}

/** What the options of a server, and of its mappings, are checked against. */
function shapeOf(server: ConfiguredResource): ServerShape {
  const provider = plainText(server.fields['options.provider']);
  return {
    address: server.address,
    type: plainText(server.fields['type']) ?? '',
    ...defined({ provider }),
    providerIsKnown: server.fields['options.provider'] === undefined || provider !== undefined,
    unchecked: server.optionsUnchecked === true,
    fields: server.fields,
  };
}

/**
 * What cannot work with the `duckdb` wrapper, found before any connection: names that break DuckDB for the whole
 * database, and options that are unknown, set twice, or of the wrong type (DuckDB wrapper contract).
 */
export function audit(
  _settings: ProviderSettings,
  resources: readonly ConfiguredResource[],
): readonly Diagnostic[] {
  const servers = resources.filter((resource) => kindOf(resource.address) === 'duckdb_server');
  const mappings = resources.filter((resource) => kindOf(resource.address) === 'user_mapping');
  const shapes = new Map(servers.map((server) => [server.address, shapeOf(server)]));
  const found: Diagnostic[] = [...auditNames(resources)];
  for (const server of servers) {
    const shape = shapes.get(server.address);
    if (shape === undefined) continue;
    found.push(...auditOptions(server, shape, 'server'));
    if (!shape.unchecked) found.push(...auditOptionValues(server, shape.type, { whole: false }));
  }
  for (const mapping of mappings) {
    const parent = kinds.parentOf(mapping.address);
    const shape = parent === undefined ? undefined : shapes.get(parent);
    if (shape === undefined) continue;
    found.push(...auditOptions(mapping, shape, 'mapping'));
    const inherited = { inherited: shape.fields, whole: true };
    if (!shape.unchecked) found.push(...auditOptionValues(mapping, shape.type, inherited));
  }
  const byServer = groupBy(mappings, ({ address }) => kinds.parentOf(address));
  for (const server of servers) {
    found.push(...auditTraps({ server, mappings: byServer.get(server.address) ?? [] }));
  }
  return [...found, ...auditMotherduck(servers, mappings)];
}

/** At most one MotherDuck server in a database; its token is required, and belongs in a mapping. */
function auditMotherduck(
  servers: readonly ConfiguredResource[],
  mappings: readonly ConfiguredResource[],
): readonly Diagnostic[] {
  const [first, ...others] = servers.filter((server) => plainText(server.fields['type']) === 'motherduck');
  if (first === undefined) return [];
  const mapped = new Set(mappings.map((mapping) => kinds.parentOf(mapping.address)));
  return [
    ...others.map(({ address, range }) =>
      problem({
        code: 'second-motherduck-server',
        summary: 'A database can have only one motherduck server.',
        next: 'Keep one of them, or put the other into another database.',
        address,
        at: range,
        related: first.range && [{ message: 'the first one', at: first.range }],
      }),
    ),
    ...[first, ...others]
      .filter(({ address }) => !mapped.has(address))
      .map(({ address, range }) =>
        problem({
          severity: 'warning',
          code: 'motherduck-without-token',
          summary: 'A motherduck server needs a user mapping with a token, and this one has no mapping here.',
          next: 'Add a role with "token" under user_mappings.',
          address,
          at: range,
        }),
      ),
  ];
}

/**
 * What cannot work with the values as they are: PostgreSQL text holds no NUL character, and lone halves of UTF-16 pairs are
 * not UTF-8.
 */
export function auditValues(resources: readonly DesiredResource[]): readonly Diagnostic[] {
  return resources.flatMap(({ address, range, fields }) =>
    Object.entries(fields)
      .filter(([, field]) => !isStorable(textToStore(field)))
      .map(([path]) =>
        problem({
          code: 'value-not-text',
          summary: `The value of ${path.replace(/^options\./, '')} has a character that PostgreSQL cannot store.`,
          next: 'Remove the NUL character or the broken surrogate pair from it, or encode the value (base64, for example).',
          address,
          at: range,
        }),
      ),
  );
}

function textToStore(field: Field): string {
  if (field.kind === 'sensitive') return field.value.reveal();
  return field.kind === 'plain' && typeof field.value === 'string' ? field.value : '';
}
