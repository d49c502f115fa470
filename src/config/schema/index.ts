import { commonDefs } from './common.js';
import { duckdbSecrets } from '../../providers/duckdb/schema.js';
import { duckdbServers } from '../../providers/postgres/schema.js';
import type { BackendTable, JsonSchema, SchemaSection } from '../../model/index.js';
import { moved, removed } from './moves.js';
import { providers } from './providers.js';
import { secrets, shares } from '../../providers/singlestore/schema.js';
import type { Language } from '../language.js';
import { valueSourceDefs } from '../sources/schema.js';
import { stateSection } from './state.js';
import { stack, version } from './top.js';

/** The sections of the language, in the order of a well-written file: a new one is one more entry. */
function sectionsOf(backends: BackendTable): readonly SchemaSection[] {
  return [
    version,
    stack,
    stateSection(backends),
    providers,
    secrets,
    shares,
    duckdbServers,
    duckdbSecrets,
    moved,
    removed,
  ];
}

/**
 * The schema of one configuration file. A file may hold any part of the whole, so nothing is required at the top; what must
 * stand in one of the files is checked when they are put together.
 */
export function configSchema({ sources, backends }: Pick<Language, 'sources' | 'backends'>): JsonSchema {
  const sections = sectionsOf(backends);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:secrets-reconciler:schema:config:1',
    title: 'secrets configuration',
    description: 'Which secrets a data platform has, who may read them and which DuckDB servers use them.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(sections.map(({ word, schema }) => [word, schema])),
    $defs: Object.assign(
      {},
      commonDefs,
      valueSourceDefs(sources),
      ...sections.map(({ defs }) => defs ?? {}),
    ) as JsonSchema,
  };
}
