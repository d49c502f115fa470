import { DiagnosticError, defined, nearestWords, providerOf } from '../model/index.js';
import type { ActualResource, ConfiguredResource, StateData, StateRecord } from '../model/index.js';
import type { RunContext, RunOptions } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { underLock } from './locking.js';
import { fieldFingerprint, observe } from './observe.js';
import type { Observation } from './observe.js';
import { openScope } from './run-scope.js';
import type { StateChangeResult, StateHooks } from './state.js';
import { openStore } from './store.js';
import { newState } from './writer.js';

/**
 * Takes an object that exists into the state: from then on it is ours. The systems are not touched, and no value is read.
 * @param address a resource of the configuration
 * @param id the system's id of the object that is meant; absent: the one of that name
 * @throws DiagnosticError where there is no such resource, no such object, or it belongs to somebody else
 */
export async function importResource(
  address: string,
  id: string | undefined,
  options: RunOptions,
  given: RunContext,
  hooks: StateHooks,
): Promise<StateChangeResult> {
  const context = openScope(given);
  const { loaded, diagnostics } = await load(options.files, context);
  if (loaded === undefined) throw new DiagnosticError(diagnostics);
  const wanted = findResource(loaded, address);
  const store = await openStore(loaded.configuration, context);
  return underLock(store, 'import', options, context, hooks.onWait, async ({ lock, context: inner }) => {
    const scoped = { ...options, targets: [address], excludes: [] };
    const looked = await observe(
      { loaded, store, purpose: 'look', options: scoped, found: diagnostics },
      inner,
    );
    const { observation } = looked;
    if (observation === undefined) throw new DiagnosticError(looked.diagnostics);
    try {
      const found = findObject(observation, address, id);
      const before = observation.state ?? newState(loaded.configuration.stack);
      const provider = providerOf(address);
      const system = observation.plan.systems[provider];
      const next: StateData = {
        ...before,
        serial: before.serial + 1,
        systems:
          system === undefined
            ? before.systems
            : { ...before.systems, [provider]: { type: system.type, id: system.id, name: system.name } },
        records: [
          ...before.records.filter((record) => record.address !== address),
          recordOf(found, wanted, observation, inner.now()),
        ].sort((a, b) => (a.address < b.address ? -1 : 1)),
      };
      await store.write(next, before.serial, lock);
      return {
        status: 'ok',
        diagnostics: [...looked.diagnostics.filter((diagnostic) => diagnostic.severity === 'info')],
        changes: [{ action: 'imported', address, id: found.id }],
      };
    } finally {
      await observation.close();
    }
  });
}

/** The resource of the configuration: what it does not name could not be looked after. */
function findResource({ configuration: { resources }, kinds }: Loaded, address: string): ConfiguredResource {
  const parsed = kinds.parse(address);
  if (parsed === undefined) {
    throw refuse('import-address', `${address} is no address.`, 'Write one such as secret.helios.HF_TOKEN.');
  }
  const wanted = resources.find((resource) => resource.address === address);
  if (wanted === undefined) {
    const near = nearestWords(
      address,
      resources.map((resource) => resource.address),
    )[0];
    throw refuse(
      'import-unknown',
      `The configuration has no ${address}.`,
      near === undefined ? 'Write it into the configuration first, then import it.' : `Did you mean ${near}?`,
    );
  }
  if (kinds.isList(parsed.kind)) {
    throw refuse(
      'import-member',
      `${address} is a member of a list that the configuration owns as a whole.`,
      'Nothing is to be imported: the next apply takes it in.',
    );
  }
  return wanted;
}

/** The object that is meant, where the system has it and nobody else owns it. */
function findObject(
  { seen, stored, plan }: Observation,
  address: string,
  id: string | undefined,
): ActualResource {
  const down = plan.unreachable.find((system) => system.provider === providerOf(address));
  if (down !== undefined)
    throw refuse('import-unreachable', `${down.provider}: ${down.message}`, down.next ?? 'Try again later.');
  const found = Object.values(seen.actual)
    .flatMap((result) => result.resources)
    .find((resource) => resource.address === address && resource.inherited !== true);
  if (found === undefined) {
    const errors = plan.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    if (errors.length > 0) throw new DiagnosticError(errors);
    throw refuse(
      'import-missing',
      `The system has no ${address}, or this identity may not see it.`,
      'Check the name and the rights; an apply creates what is missing.',
    );
  }
  if (id !== undefined && found.id !== id) {
    throw refuse(
      'import-other-id',
      `${address} has the id ${found.id} in its system, not ${id}.`,
      `If it is the one that you mean: secrets import ${address} ${found.id}`,
    );
  }
  if (found.claimedBy !== undefined && found.claimedBy !== plan.stack) {
    throw refuse(
      'import-claimed',
      `${address} carries the mark of the stack ${found.claimedBy}.`,
      `Let that stack go of it first: \`removed: [${address}]\` there, and apply.`,
    );
  }
  const record = stored?.records.find((one) => one.address === address);
  if (record?.id === found.id) {
    throw refuse(
      'import-owned',
      `${address} is in the state already (${found.id}).`,
      'Nothing is to be done.',
    );
  }
  return found;
}

/** A record of an object as it is now: what the configuration wants otherwise is a pending change, not drift. */
function recordOf(
  found: ActualResource,
  { dependsOn, lifecycle }: ConfiguredResource,
  { fingerprint }: Observation,
  now: Date,
): StateRecord {
  const print = fieldFingerprint(fingerprint);
  const fields: Record<string, StateRecord['fields'][string]> = {};
  const fingerprints: Record<string, string> = {};
  const sensitiveFields: string[] = [];
  for (const [path, field] of Object.entries(found.fields).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (field.kind === 'plain') fields[path] = field.value;
    else sensitiveFields.push(path);
    if (field.kind === 'sensitive' && print !== undefined) {
      fingerprints[path] = print(found.address, path, field.value);
    }
  }
  return {
    address: found.address,
    id: found.id,
    appliedAt: now.toISOString(),
    fields,
    fingerprints,
    sensitiveFields,
    dependsOn: [...dependsOn].sort(),
    ...defined({ changedAt: found.changedAt, changedBy: found.changedBy }),
    ...(lifecycle.protect === true ? { protect: true } : {}),
    ...defined({ onRemove: lifecycle.onRemove }),
  };
}

function refuse(code: string, summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code, summary, next }]);
}
