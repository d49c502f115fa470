import { DiagnosticError, byAddress, hasErrors } from '../model/index.js';
import type { ActualResource, KindYaml, Kinds } from '../model/index.js';
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
  const named = new Set(configuration.resources.map(({ address }) => address));
  const request = {
    stack: configuration.stack,
    settings: values.settings,
    definitions,
    parallelism: options.parallelism,
    visit: ({ provider, session }: OpenSystem) => {
      scope.progress(`reading ${provider}`);
      return timed(scope, `${provider}: discover`, () => session.discover());
    },
  };
  return withSessions(request, scope, ({ found, unreachable, diagnostics: problems }) => {
    const resources = [...found.values()]
      .flat()
      .filter(({ address, inherited }) => inherited !== true && !named.has(address));
    const all = [...before, ...problems, ...unreachableProblems(unreachable)];
    const status: RunStatus = unreachable.length > 0 ? 'unreachable' : hasErrors(all) ? 'error' : 'ok';
    return Promise.resolve({
      status,
      kinds,
      yaml: kindYamlOf(scope.extensions),
      diagnostics: all,
      resources: resources.sort(byAddress),
    });
  });
}
