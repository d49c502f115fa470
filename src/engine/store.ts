import { relative } from 'node:path';
import { DiagnosticError, defined, hasErrors } from '../model/index.js';
import type { Configuration } from '../model/index.js';
import { localKeyFile, localStore } from '../state/index.js';
import type { StateStore } from '../state/index.js';
import type { EngineScope } from './run-scope.js';
import { fieldText } from './field-text.js';
import { timedStore } from './timed.js';
import { readSettings } from './values.js';

/**
 * Opens the state's backend that the configuration names; what it needs is loaded then. Close it.
 * @throws DiagnosticError where a setting cannot be read, or is wrong
 */
export async function openStore(configuration: Configuration, context: EngineScope): Promise<StateStore> {
  return timedStore(await openBackend(configuration, context), context);
}

async function openBackend(configuration: Configuration, context: EngineScope): Promise<StateStore> {
  const { state, stack } = configuration;
  const { fields, diagnostics } = await readSettings(state.fields, context);
  if (hasErrors(diagnostics)) throw new DiagnosticError(diagnostics);
  const common = {
    stack,
    toolVersion: context.toolVersion,
    now: context.now,
    ...defined({ leaseMs: state.leaseMs }),
  };
  switch (state.backend) {
    case 'local': {
      const path = fieldText(fields['path']) ?? '';
      const inside = relative(context.cwd, path);
      // Messages name the file as people do: from where they are, if it is below.
      return localStore({ ...common, path: inside.startsWith('..') ? path : inside, cwd: context.cwd });
    }
    case 'postgres':
      return (await import('./store-postgres.js')).openPostgresStore(fields, state.range, common, context);
    case 'http':
      return (await import('./store-http.js')).openHttpStore(fields, common, context);
  }
}

/** Where a fingerprint key lies beside a local state; `undefined` for the other backends. */
export function keyFileOf({ state }: Configuration): string | undefined {
  const path = fieldText(state.fields['path']);
  return state.backend === 'local' && path !== undefined ? localKeyFile(path) : undefined;
}
