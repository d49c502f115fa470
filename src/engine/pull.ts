import { DiagnosticError, byAddress, defined, fieldText, hasErrors, kindOf } from '../model/index.js';
import type {
  ActualResource,
  ConfiguredResource,
  KindYaml,
  Kinds,
  SystemIdentity,
  Unmanaged,
} from '../model/index.js';
import type { RunContext, RunOptions, RunResult, RunStatus } from './context.js';
import { kindYamlOf } from './extensions.js';
import { load } from './load.js';
import { withSessions } from './refresh/sessions.js';
import type { OpenSystem } from './refresh/sessions.js';
import { unreachableProblems } from './refresh/systems.js';
import { openScope } from './run-scope.js';
import { timed } from './timed.js';
import { readValues } from './values.js';

/** What the systems have that the configuration does not name. */
export interface PullResult extends RunResult {
  readonly kinds: Kinds;
  /** How resources are written in a configuration, by kind. */
  readonly yaml: Readonly<Record<string, KindYaml>>;
  /** Sorted by address; without values. Of a system that was not reached there is nothing. */
  readonly resources: readonly ActualResource[];
  /** Owners that the configuration does not name, of objects that it names; and what is on objects, and of no kind that is managed. */
  readonly unmanaged: readonly Unmanaged[];
}

/**
 * Finds everything of the managed kinds that the providers' identities may see and that the configuration does not name. Reads
 * no value, and takes nothing into the state.
 * @throws DiagnosticError where the configuration is not sound, or a setting cannot be read
 */
export async function pull(options: RunOptions, context: RunContext): Promise<PullResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) throw new DiagnosticError(diagnostics);
  const { configuration, definitions, kinds } = loaded;
  const values = await readValues(configuration, [], false, scope);
  const before = [...diagnostics, ...values.diagnostics];
  if (hasErrors(values.diagnostics)) throw new DiagnosticError(before);
  const named = new Map(configuration.resources.map((resource) => [resource.address, resource]));
  const beside: Unmanaged[] = [];
  const request = {
    stack: configuration.stack,
    settings: values.settings,
    definitions,
    parallelism: options.parallelism,
    ...defined({ patienceMs: options.timeoutMs }),
    visit: ({ provider, session }: OpenSystem) => {
      scope.progress(`reading ${provider}`);
      const onUnmanaged = (entries: readonly Unmanaged[]): void => void beside.push(...entries);
      return timed(scope, `${provider}: discover`, () => session.discover(onUnmanaged));
    },
  };
  return withSessions(request, scope, (visited) => {
    const { found, unreachable, diagnostics: problems } = visited;
    const resources = [...found.values()]
      .flat()
      .filter(({ address, inherited }) => inherited !== true && !named.has(address));
    const unmanaged = [...visited.found].flatMap(([provider, objects]) =>
      ownersBeside(objects, named, kinds, visited.sessions.get(provider)?.system),
    );
    const all = [...before, ...problems, ...unreachableProblems(unreachable)];
    const status: RunStatus = unreachable.length > 0 ? 'unreachable' : hasErrors(all) ? 'error' : 'ok';
    return Promise.resolve({
      status,
      kinds,
      yaml: kindYamlOf(scope.extensions),
      diagnostics: all,
      resources: resources.sort(byAddress),
      unmanaged: [...unmanaged, ...beside.sort(byAddress)],
    });
  });
}

/** Owners that the configuration does not name, and that are not the identity that makes such objects. */
function ownersBeside(
  objects: readonly ActualResource[],
  named: ReadonlyMap<string, ConfiguredResource>,
  kinds: Kinds,
  system: SystemIdentity | undefined,
): readonly Unmanaged[] {
  return objects.flatMap(({ address, fields }) => {
    const path = kinds.policyOf(kindOf(address)).ownerField;
    const resource = named.get(address);
    if (path === undefined || resource === undefined || resource.fields[path] !== undefined) return [];
    const owner = fieldText(fields[path]);
    if (owner === undefined || [system?.principal, system?.actor].includes(owner)) return [];
    return [{ address, path, what: `${path} ${owner}` }];
  });
}
