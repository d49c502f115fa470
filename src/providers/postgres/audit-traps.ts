import { problem } from '../../model/index.js';
import type { ConfiguredResource, DesiredField, Diagnostic, ProblemWords } from '../../model/index.js';
import { ICEBERG, chainProblem, exposure, exposureProblem, stsProblems } from './traps.js';
import type { Shape } from './traps.js';

/** A server and the mappings on it that the configuration has. */
interface ServerWithMappings {
  readonly server: ConfiguredResource;
  readonly mappings: readonly ConfiguredResource[];
}

const CREDENTIALS = ['secret', 'session_token', 'bearer_token'];

/** What the wrapper would take and DuckDB fail at, or show to others, later. */
export function auditTraps({ server, mappings }: ServerWithMappings): readonly Diagnostic[] {
  const shape = shapeOf(server);
  if (shape === undefined) return [];
  const unchecked = server.optionsUnchecked === true;
  const refused = shape.type === 'iceberg' && !unchecked ? [ICEBERG] : [];
  return [
    ...at(server, 'type', refused),
    ...at(server, 'options.provider', [chainProblem(shape) ?? []].flat()),
    ...at(server, 'options.chain', unchecked ? [] : stsProblems(shape)),
    ...(unchecked ? [] : exposures(server, shape, mappings)),
    ...mappings.flatMap((mapping) => mappedChain(mapping, server, shape)),
  ];
}

/** `refresh` in the server or in a mapping, and a chain that acts like it where a mapping has credentials. */
function exposures(
  server: ConfiguredResource,
  shape: Shape,
  mappings: readonly ConfiguredResource[],
): readonly Diagnostic[] {
  if (exposure(shape) === 'refresh') return at(server, 'options.refresh', [exposureProblem('refresh')]);
  return mappings.flatMap((mapping) => {
    const because = exposure(shapeOf(server, mapping) ?? shape);
    if (because === undefined) return [];
    const hasCredentials = CREDENTIALS.some((name) => mapping.fields[`options.${name}`] !== undefined);
    return because === 'refresh' || hasCredentials
      ? at(mapping, `options.${because}`, [exposureProblem(because)])
      : [];
  });
}

/** A mapping that chooses the chain itself. */
function mappedChain(
  mapping: ConfiguredResource,
  server: ConfiguredResource,
  shape: Shape,
): readonly Diagnostic[] {
  if (mapping.fields['options.provider'] === undefined || chainProblem(shape) !== undefined) return [];
  return at(mapping, 'options.provider', [chainProblem(shapeOf(server, mapping) ?? shape) ?? []].flat());
}

function at(
  { address, range, fields }: ConfiguredResource,
  path: string,
  problems: readonly ProblemWords[],
): readonly Diagnostic[] {
  return problems.map((words) => problem({ ...words, address, at: fields[path]?.range ?? range }));
}

/** A secret as the server has it, or with a mapping over it; `undefined` without a type in the open. */
function shapeOf(server: ConfiguredResource, mapping?: ConfiguredResource): Shape | undefined {
  const type = textOf(server.fields['type']);
  if (type === undefined || type === null) return undefined;
  return {
    type: type.toLowerCase(),
    option: (name) => textOf(mapping?.fields[`options.${name}`] ?? server.fields[`options.${name}`]),
  };
}

/** The text of a field; `null` where its value is not known yet. */
function textOf(field: DesiredField | undefined): string | null | undefined {
  if (field === undefined) return undefined;
  return field.kind === 'plain' && typeof field.value === 'string' ? field.value : null;
}
