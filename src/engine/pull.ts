import { DiagnosticError, defined, hasErrors } from '../model/index.js';
import type { ActualResource, Diagnostic, KindYaml, Kinds } from '../model/index.js';
import type { RunContext, RunOptions, RunResult } from './context.js';
import { kindYamlOf } from './extensions.js';
import { load } from './load.js';
import { openScope } from './run-scope.js';
import { closeAll, look } from './sessions.js';
import { timed } from './timed.js';
import { readValues } from './values.js';

/** What the systems have that the configuration does not name. */
export interface PullResult extends RunResult {
  readonly kinds: Kinds;
  /** How resources are written in a configuration, by kind. */
  readonly yaml: Readonly<Record<string, KindYaml>>;
  /** Sorted by address; without values. */
  readonly resources: readonly ActualResource[];
}

/**
 * Finds everything of the managed kinds that the providers' identities may see and that the configuration does not name. Reads
 * no value, and takes nothing into the state.
 */
export async function pull(options: RunOptions, given: RunContext): Promise<PullResult> {
  const context = openScope(given);
  const { loaded, diagnostics: found } = await load(options.files, context);
  if (loaded === undefined) throw new DiagnosticError(found);
  const { configuration, definitions } = loaded;
  const { settings, diagnostics } = await readValues(configuration, [], false, context);
  if (hasErrors(diagnostics)) throw new DiagnosticError([...found, ...diagnostics]);
  const { stack } = configuration;
  const nothing = { desired: [], authoritative: [], state: undefined, alsoRead: [] };
  const seen = await look({ stack, settings, definitions, ...nothing }, options, context);
  try {
    const lists = await Promise.all(
      [...seen.sessions].map(([name, session]) =>
        timed(context, `${name}: discover`, () => session.discover()),
      ),
    );
    const named = new Set(configuration.resources.map((resource) => resource.address));
    const resources = lists
      .flat()
      .filter((resource) => resource.inherited !== true && !named.has(resource.address));
    const said: Diagnostic[] = [...found, ...diagnostics, ...seen.diagnostics];
    for (const { provider, message, next } of seen.unreachable) {
      const summary = `${provider}: ${message}`;
      said.push({ severity: 'error', code: 'unreachable', summary, ...defined({ next }) });
    }
    const status = seen.unreachable.length > 0 ? 'unreachable' : hasErrors(said) ? 'error' : 'ok';
    return {
      status,
      kinds: loaded.kinds,
      yaml: kindYamlOf(context.extensions),
      diagnostics: said,
      resources: resources.sort((a, b) => (a.address < b.address ? -1 : 1)),
    };
  } finally {
    await closeAll(seen.sessions);
  }
}
