import { fieldText, problem } from '../../../model/index.js';
import type { DesiredResource, Diagnostic } from '../../../model/index.js';
import type { ReadRequest } from '../../sdk/index.js';
import { kinds } from '../kinds.js';
import type { FoundMapping, Preflight } from './document.js';
import { indexFound } from './found.js';
import { mappingProblem } from './mapping.js';

/**
 * Unmanaged mappings that DuckDB would refuse once their server is changed: the wrapper does not check mappings when a server is
 * altered (DuckDB wrapper contract).
 */
export function strandedMappings(
  { desired, records }: Pick<ReadRequest, 'desired' | 'records'>,
  preflight: Preflight | undefined,
): readonly Diagnostic[] {
  if (preflight === undefined) return [];
  // A mapping that the state owns and the configuration does not name is dropped before the server changes.
  const managed = new Set([...desired, ...records].map(({ address }) => address));
  const found = indexFound(preflight);
  return desired.flatMap((server) => {
    const { kind, name, provider } = kinds.mustParse(server.address);
    if (kind !== 'duckdb_server') return [];
    return found
      .mappingsOf(name)
      .filter((mapping) => !managed.has(`user_mapping.${provider}.${name}/${mapping.role}`))
      .flatMap((mapping) => strandedOptions(server, name, mapping));
  });
}

function strandedOptions(
  server: DesiredResource,
  name: string,
  { role, options }: FoundMapping,
): readonly Diagnostic[] {
  const type = fieldText(server.fields['type']) ?? '';
  const provider = fieldText(server.fields['options.provider']);
  const serverOptions = Object.keys(server.fields)
    .filter((path) => path.startsWith('options.'))
    .map((path) => path.slice('options.'.length));
  return (options ?? []).flatMap((option) => {
    const wrong = mappingProblem(type, provider, serverOptions, option);
    if (wrong === undefined) return [];
    return [
      problem({
        code: 'unmanaged-mapping-breaks',
        summary: `The mapping of ${role} on ${name}, which is not managed here, ${wrong}.`,
        next: 'Add the mapping to the configuration, or do not change the server.',
        address: server.address,
        at: server.range,
      }),
    ];
  });
}
