import { defined, kindOf } from '../../model/index.js';
import type {
  ConfiguredResource,
  DesiredField,
  DesiredResource,
  Diagnostic,
  ProviderSettings,
} from '../../model/index.js';
import { auditNames } from './audit-names.js';
import { auditOptions } from './audit-options.js';
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
 * What cannot work with the `duckdb` wrapper, said before any connection: names that break DuckDB for the whole
 * database, options that are unknown, misplaced, sensitive in the open, there twice, or of the wrong type (DuckDB wrapper contract).
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
    if (shape !== undefined) found.push(...auditOptions(server, shape, 'server'));
  }
  for (const mapping of mappings) {
    const parent = kinds.parentOf(mapping.address);
    const shape = parent === undefined ? undefined : shapes.get(parent);
    if (shape !== undefined) found.push(...auditOptions(mapping, shape, 'mapping'));
  }
  return [...found, ...auditMotherduck(servers, mappings)];
}

/** At most one MotherDuck server in a database; its token is required, and stands in a mapping. */
function auditMotherduck(
  servers: readonly ConfiguredResource[],
  mappings: readonly ConfiguredResource[],
): readonly Diagnostic[] {
  const ducks = servers.filter((server) => plainText(server.fields['type'])?.toLowerCase() === 'motherduck');
  const found: Diagnostic[] = [];
  const [first, ...others] = ducks;
  for (const other of others) {
    found.push({
      severity: 'error',
      code: 'second-motherduck-server',
      summary: 'A database can have one motherduck server only.',
      next: 'Keep one of them, or put the other into another database.',
      address: other.address,
      ...defined({ range: other.range }),
      ...(first?.range === undefined ? {} : { related: [{ message: 'the first one', range: first.range }] }),
    });
  }
  for (const duck of ducks) {
    const type = duck.fields['type'];
    if (plainText(type) !== 'motherduck') {
      found.push({
        severity: 'error',
        code: 'motherduck-lower-case',
        summary: 'The type motherduck must be written in lower case.',
        next: 'Write "type: motherduck".',
        address: duck.address,
        ...(type?.range === undefined ? {} : { range: type.range }),
      });
    }
    if (!mappings.some((mapping) => kinds.parentOf(mapping.address) === duck.address)) {
      found.push({
        severity: 'warning',
        code: 'motherduck-without-token',
        summary: 'A motherduck server needs a user mapping with a token, and this one has no mapping here.',
        next: 'Add a role with "token" under user_mappings.',
        address: duck.address,
        ...defined({ range: duck.range }),
      });
    }
  }
  return found;
}

/**
 * What cannot work, said when values are known: PostgreSQL text holds no NUL character, and lone halves of UTF-16 pairs are
 * not UTF-8.
 */
export function auditValues(resources: readonly DesiredResource[]): readonly Diagnostic[] {
  return resources.flatMap((resource) =>
    Object.entries(resource.fields).flatMap(([path, field]): Diagnostic[] => {
      const text =
        field.kind === 'sensitive'
          ? field.value.reveal()
          : field.kind === 'plain' && typeof field.value === 'string'
            ? field.value
            : '';
      if (isStorable(text)) return [];
      return [
        {
          severity: 'error',
          code: 'value-not-text',
          summary: `The value of ${path.replace(/^options\./, '')} has a character that PostgreSQL cannot hold.`,
          next: 'Remove the NUL character or the broken surrogate pair from it, or encode the value (base64, say).',
          address: resource.address,
          ...defined({ range: resource.range }),
        },
      ];
    }),
  );
}
