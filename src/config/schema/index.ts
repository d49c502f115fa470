import type { JsonSchema, SchemaSection } from '../../model/index.js';
import type { LanguageParts } from '../language.js';
import { commonDefs } from './common.js';
import { moved, removed } from './moves.js';
import { providersSection } from './providers.js';
import { valueSourceDefs } from '../sources/schema.js';
import { stateSection } from './state.js';
import { stack, version } from './top.js';

/** The schema of one configuration file, for two readers. */
export interface ConfigSchemas {
  /** What the tool checks; other problems it reports in words of its own. */
  readonly tool: JsonSchema;
  /** The same and what editors complete and check besides. */
  readonly editor: JsonSchema;
}

/** The sections of the language, in the order of a well-written file. */
async function sectionsOf({ providers, backends }: LanguageParts): Promise<readonly SchemaSection[]> {
  const sections = providers.flatMap((provider) => provider.sections);
  return [
    version,
    stack,
    stateSection(backends),
    await providersSection(providers),
    ...(await Promise.all(sections.map(async ({ word, schema }) => ({ word, ...(await schema()) })))),
    moved,
    removed,
  ];
}

/**
 * The schema of one configuration file. A file may hold any part of the whole, so nothing is required at the top; what must
 * be in one of the files is checked when they are put together.
 */
export async function configSchema(parts: LanguageParts): Promise<ConfigSchemas> {
  const sections = await sectionsOf(parts);
  const defs = merged(commonDefs, valueSourceDefs(parts.sources), ...sections.map((section) => section.defs));
  const tool: JsonSchema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:secrets-reconciler:schema:config:1',
    title: 'secrets configuration',
    description: 'Which secrets a data platform has, who may read them and which DuckDB servers use them.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(sections.map(({ word, schema }) => [word, schema])),
    $defs: defs,
  };
  return { tool, editor: { ...tool, $defs: withEditorDefs(defs, sections) } };
}

type Defs = Readonly<Record<string, JsonSchema>>;

function merged(...parts: readonly (Defs | undefined)[]): Defs {
  return Object.fromEntries(parts.flatMap((defs) => Object.entries(defs ?? {})));
}

/** Definitions with the keywords that sections add for editors. */
function withEditorDefs(defs: Defs, sections: readonly SchemaSection[]): Defs {
  const more = merged(...sections.map(({ editorDefs }) => editorDefs));
  return merged(
    defs,
    Object.fromEntries(
      Object.entries(more).map(([name, keywords]) => [name, { ...defs[name], ...keywords }]),
    ),
  );
}
