import { defined, fieldText, hasErrors } from '../model/index.js';
import type { Plan } from '../model/index.js';
import { fingerprintDomain } from '../plan/index.js';
import type { PlanInput } from '../plan/index.js';
import type { Fingerprinter } from '../values/index.js';
import type { RunStatus } from './context.js';
import type { RefreshRequest, RefreshResult } from './refresh/index.js';
import type { EngineScope } from './run-scope.js';

/** What a plan is made from, after a refresh. */
export function planInput(
  { loaded, options }: RefreshRequest,
  { desired, systems, state, moves, patterns, fingerprint, diagnostics }: RefreshResult,
  { now }: EngineScope,
): PlanInput {
  const { configuration, kinds } = loaded;
  return {
    stack: configuration.stack,
    now: now().toISOString(),
    configuration: configuration.digest,
    files: configuration.fileNames,
    desired: [...desired.values()],
    configured: [
      ...configuration.resources.map(({ address }) => address),
      ...configuration.moved.map(({ from }) => from),
    ],
    authoritative: configuration.authoritative,
    removed: configuration.removed.map(({ address }) => address),
    actual: systems.actual,
    unreachable: systems.unreachable,
    state,
    kinds,
    acceptsUnverifiable: configuration.providers
      .filter(({ fields }) => fieldText(fields['unverifiable']) === 'accept')
      .map(({ name }) => name),
    ...defined({ fingerprint, maxDeletes: options.maxDeletes }),
    moves: moves.pending,
    scope: patterns,
    diagnostics,
  };
}

/** The status of a run that made this plan: a refused plan is an error; next comes a system that was not reached. */
export function statusOf({ diagnostics, unreachable }: Pick<Plan, 'diagnostics' | 'unreachable'>): RunStatus {
  if (hasErrors(diagnostics)) return 'error';
  return unreachable.length > 0 ? 'unreachable' : 'ok';
}

/** The fingerprint of a field, in a domain of its own; `undefined` where there is no key. */
export function fieldFingerprint(
  fingerprint: Fingerprinter | undefined,
):
  | ((address: string, path: string, value: Parameters<Fingerprinter>[1], like?: string) => string)
  | undefined {
  if (fingerprint === undefined) return undefined;
  return (address, path, value, like) => fingerprint(fingerprintDomain(address, path), value, like);
}
