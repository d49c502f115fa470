import { findSources, loadConfiguration } from '../config/index.js';
import { groupBy, hasErrors, providerOf } from '../model/index.js';
import type { Configuration, Diagnostic, Kinds } from '../model/index.js';
import type { ProviderDefinition } from '../providers/sdk/index.js';
import { languageOf } from './language.js';
import { nodeDebugWarnings } from './node-debug.js';
import type { EngineScope } from './run-scope.js';
import { sameObjects } from './same-system.js';

/** A configuration that is sound as far as its text tells, and the providers that it uses. */
export interface Loaded {
  readonly configuration: Configuration;
  /** By the provider's name in the configuration. */
  readonly definitions: ReadonlyMap<string, ProviderDefinition>;
  /** The kinds of all providers. */
  readonly kinds: Kinds;
}

/**
 * Reads and checks the configuration: its text, and then what its providers know cannot work. Makes no call.
 * @returns every problem of every file; `loaded` only where none is an error
 */
export async function load(
  files: readonly string[],
  context: EngineScope,
): Promise<{ readonly loaded?: Loaded; readonly diagnostics: readonly Diagnostic[] }> {
  const found = await findSources(files, { cwd: context.cwd });
  if (hasErrors(found.diagnostics)) return { diagnostics: found.diagnostics };
  const { extensions } = context;
  const language = await languageOf(extensions);
  const read = loadConfiguration(found.sources, { cwd: context.cwd, language });
  const diagnostics = [...nodeDebugWarnings(context.env), ...found.diagnostics, ...read.diagnostics];
  const { configuration } = read;
  if (configuration === undefined) return { diagnostics };
  const byType = new Map(extensions.providers.map((definition) => [definition.type, definition]));
  const definitions = new Map<string, ProviderDefinition>();
  const resources = groupBy(configuration.resources, (resource) => providerOf(resource.address));
  for (const settings of configuration.providers) {
    const definition = byType.get(settings.type);
    if (definition === undefined) continue;
    definitions.set(settings.name, definition);
    diagnostics.push(...definition.audit(settings, resources.get(settings.name) ?? []));
  }
  if (hasErrors(diagnostics)) return { diagnostics };
  diagnostics.push(...(await sameObjects(configuration, definitions, language.kinds, context)));
  if (hasErrors(diagnostics)) return { diagnostics };
  return { loaded: { configuration, definitions, kinds: language.kinds }, diagnostics };
}
