import { defined, hasErrors } from '../model/index.js';
import type {
  Configuration,
  ConfiguredResource,
  DesiredField,
  DesiredResource,
  Diagnostic,
  Field,
  ProviderSettings,
  ValueSource,
} from '../model/index.js';
import type { ResolvedSettings } from '../providers/sdk/index.js';
import { resolveValues } from '../values/index.js';
import type { ResolvedValues, ValueRequest } from '../values/index.js';
import type { EngineScope } from './run-scope.js';

/** Settings and resources with their values read. */
export interface Valued {
  readonly settings: readonly ResolvedSettings[];
  readonly desired: readonly DesiredResource[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the values that a run needs, each source once.
 * @param resources those in scope
 * @param needValues whether resources' values are needed; where not (drift, with a key), they are left unread and unknown
 */
export async function readValues(
  configuration: Configuration,
  resources: readonly ConfiguredResource[],
  needValues: boolean,
  context: EngineScope,
): Promise<Valued> {
  const requests: ValueRequest[] = configuration.providers.flatMap((provider) => requestsOf(provider.fields));
  if (needValues)
    for (const resource of resources) requests.push(...requestsOf(resource.fields, resource.address));
  const values = await resolveValues(requests, sourceOf(configuration), context, context.extensions.sources);
  return {
    settings: configuration.providers.map((provider) => resolveSettings(provider, values, context)),
    // With a value missing nothing may be compared: a field that is left out looks like one that is to be removed.
    desired: hasErrors(values.diagnostics)
      ? []
      : resources.map((resource) => resolveResource(resource, values, needValues, context)),
    diagnostics: values.diagnostics,
  };
}

/** Reads single values, by the sources that some places have. */
export async function readPlaces(
  configuration: Configuration,
  places: readonly ValueRequest[],
  context: EngineScope,
): Promise<{ readonly values: ResolvedValues; readonly diagnostics: readonly Diagnostic[] }> {
  const values = await resolveValues(places, sourceOf(configuration), context, context.extensions.sources);
  return { values, diagnostics: values.diagnostics };
}

/** Where the value of each secret comes from, by its address. */
function sourceOf({ resources }: Configuration): (address: string) => ValueSource | undefined {
  const sources = new Map<string, ValueSource>();
  for (const { address, fields } of resources) {
    const field = fields['value'];
    if (field?.kind === 'source') sources.set(address, field.source);
  }
  return (address) => sources.get(address);
}

/** Reads the settings of something that is no resource: the state's backend. */
export async function readSettings(
  fields: Readonly<Record<string, DesiredField>>,
  context: EngineScope,
): Promise<{
  readonly fields: Readonly<Record<string, Field>>;
  readonly diagnostics: readonly Diagnostic[];
}> {
  const values = await resolveValues(
    requestsOf(fields),
    () => undefined,
    context,
    context.extensions.sources,
  );
  return { fields: resolveFields(fields, values, true, context), diagnostics: values.diagnostics };
}

function requestsOf(fields: Readonly<Record<string, DesiredField>>, address?: string): ValueRequest[] {
  return Object.values(fields).flatMap((field) =>
    field.kind === 'source'
      ? [
          {
            source: field.source,
            ...defined({ range: field.range, address }),
          },
        ]
      : [],
  );
}

/** What wraps a value. */
type Wrapping = Pick<EngineScope, 'sensitive'>;

function resolveSettings(
  settings: ProviderSettings,
  values: ResolvedValues,
  scope: Wrapping,
): ResolvedSettings {
  const { name, range } = settings;
  const fields = resolveFields(settings.fields, values, true, scope);
  return range === undefined ? { name, fields } : { name, fields, range };
}

function resolveResource(
  resource: ConfiguredResource,
  values: ResolvedValues,
  needValues: boolean,
  scope: Wrapping,
): DesiredResource {
  return { ...resource, fields: resolveFields(resource.fields, values, needValues, scope) };
}

function resolveFields(
  fields: Readonly<Record<string, DesiredField>>,
  values: ResolvedValues,
  needValues: boolean,
  { sensitive }: Wrapping,
): Readonly<Record<string, Field>> {
  const resolved: Record<string, Field> = {};
  for (const [path, field] of Object.entries(fields)) {
    if (field.kind === 'plain') {
      resolved[path] =
        field.sensitive === true
          ? {
              kind: 'sensitive',
              value: sensitive(typeof field.value === 'string' ? field.value : JSON.stringify(field.value)),
            }
          : { kind: 'plain', value: field.value };
      continue;
    }
    const value = needValues ? values.get(field.source) : undefined;
    if (value !== undefined) resolved[path] = { kind: 'sensitive', value };
    else if (!needValues) resolved[path] = { kind: 'hidden', reason: 'not read for this run' };
  }
  return resolved;
}
