import { DiagnosticError, defined, hasErrors } from '../model/index.js';
import type { Configuration } from '../model/index.js';
import type { BackendDefinition, StateStore } from '../state/index.js';
import { checkTargets } from './hosts.js';
import type { EngineScope } from './run-scope.js';
import { timedStore } from './timed.js';
import { readSettings } from './values.js';

/**
 * Opens the state's backend that the configuration names; what it needs is loaded then. Close it.
 * @throws DiagnosticError where a setting cannot be read, or is wrong, or names a host that this run may not connect to
 */
export async function openStore(configuration: Configuration, context: EngineScope): Promise<StateStore> {
  const { state, stack } = configuration;
  await checkPlace(configuration, context);
  const { fields, diagnostics } = await readSettings(state.fields, context);
  if (hasErrors(diagnostics)) throw new DiagnosticError(diagnostics);
  const { leaseMs, range } = state;
  const store = await backendOf(state.backend, context).open(
    { stack, fields, ...defined({ leaseMs, range }) },
    context,
  );
  checkTargets(store.hosts ?? [], { subject: 'The state backend', range }, context.env);
  return timedStore(store, context);
}

/**
 * Where a fingerprint key may be kept beside the state; `undefined` where the backend is not a local file.
 * @throws DiagnosticError where the state, and its key with it, is in another place
 */
export async function keyFileOf(
  configuration: Configuration,
  context: Pick<EngineScope, 'extensions' | 'cwd'>,
): Promise<string | undefined> {
  await checkPlace(configuration, context);
  const { backend, fields } = configuration.state;
  return backendOf(backend, context).keyFile?.(fields);
}

async function checkPlace(
  { state: { backend, fields, folder }, stack }: Configuration,
  context: Pick<EngineScope, 'extensions' | 'cwd'>,
): Promise<void> {
  await backendOf(backend, context).checkPlace?.(fields, { stack, folder, cwd: context.cwd });
}

function backendOf(name: string, { extensions }: Pick<EngineScope, 'extensions'>): BackendDefinition {
  const backend = extensions.backends.find((candidate) => candidate.name === name);
  if (backend === undefined) throw new Error(`unknown state backend ${name}`);
  return backend;
}
