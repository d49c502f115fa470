import {
  DiagnosticError,
  byAddress,
  compareText,
  defined,
  nearestWords,
  problemError,
  providerOf,
  own,
} from '../model/index.js';
import type { ActualResource, ConfiguredResource, Kinds, StateData, StateRecord } from '../model/index.js';
import { claimsOf, twoAddresses } from '../plan/index.js';
import type { RunContext, RunOptions } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { withLockedStore } from './locking.js';
import { fieldFingerprint } from './plan-input.js';
import { hasSensitiveField, refresh } from './refresh/index.js';
import type { RefreshRequest, RefreshResult } from './refresh/index.js';
import { openScope } from './run-scope.js';
import type { Fingerprinter } from '../values/index.js';
import type { StateChangeResult, StateHooks } from './state.js';
import { bindingOf, newState } from './writer.js';

/**
 * Takes an object that exists into the state: from then on it is ours. The systems are not touched, and no value is read.
 * @param address a resource of the configuration
 * @param id the system's id of the object that is meant; absent: the one of that name
 * @throws DiagnosticError where there is no such resource, no such object, or another stack owns it
 */
export async function importResource(
  address: string,
  id: string | undefined,
  options: RunOptions,
  context: RunContext,
  hooks: StateHooks,
): Promise<StateChangeResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(options.files, scope);
  if (loaded === undefined) throw new DiagnosticError(diagnostics);
  const resource = findResource(loaded, address);
  const locking = { operation: 'import', options, onWait: hooks.onWait };
  return withLockedStore(loaded, locking, scope, ({ store, lock, scope: inner }) => {
    const request: RefreshRequest = {
      loaded,
      store,
      valuesAreRead: 'never',
      options: { ...options, targets: [address], excludes: [] },
      diagnostics,
    };
    return refresh<StateChangeResult>(request, inner, {
      onBlocked: (problems) => {
        throw new DiagnosticError(problems);
      },
      onRefreshed: async (refreshed) => {
        const { stack } = loaded.configuration;
        const actual = findObject(refreshed, stack, address, id);
        const before = refreshed.state ?? newState(stack);
        const fingerprint = hasSensitiveField(actual) ? await refreshed.key?.open() : undefined;
        const record = recordOf(actual, resource, fingerprint, inner.now());
        const after = withRecord(before, record, refreshed);
        checkOneAddress(after, address, loaded.kinds);
        await store.write(after, before.serial, lock);
        return {
          status: 'ok',
          diagnostics: refreshed.diagnostics.filter(({ severity }) => severity === 'info'),
          changes: [{ action: 'imported', address, id: actual.id }],
        };
      },
    });
  });
}

/** The resource of the configuration: one that it does not name would be destroyed by the next apply. */
function findResource({ configuration: { resources }, kinds }: Loaded, address: string): ConfiguredResource {
  const parsed = kinds.parse(address);
  if (parsed === undefined) {
    throw problemError({
      code: 'import-address',
      summary: `${address} is not a valid address.`,
      next: 'Write one such as secret.helios.HF_TOKEN.',
    });
  }
  const resource = resources.find((candidate) => candidate.address === address);
  if (resource === undefined) throw unknownResource(address, resources);
  if (kinds.isList(parsed.kind)) {
    throw problemError({
      code: 'import-member',
      summary: `${address} is a member of an authoritative list.`,
      next: 'It needs no import: the next apply takes it in.',
    });
  }
  return resource;
}

function unknownResource(address: string, resources: readonly ConfiguredResource[]): DiagnosticError {
  const [nearest] = nearestWords(
    address,
    resources.map((resource) => resource.address),
  );
  return problemError({
    code: 'import-unknown',
    summary: `The configuration has no ${address}.`,
    next:
      nearest === undefined
        ? 'Write it into the configuration first, then import it.'
        : `Did you mean ${nearest}?`,
  });
}

/** The object that is meant, where the system has it and no other stack owns it. */
function findObject(
  { systems, stored, diagnostics }: RefreshResult,
  stack: string,
  address: string,
  id: string | undefined,
): ActualResource {
  const down = systems.unreachable.find(({ provider }) => provider === providerOf(address));
  if (down !== undefined) {
    throw problemError({
      code: 'import-unreachable',
      summary: `${down.provider}: ${down.message}`,
      next: down.next ?? 'Try again later.',
    });
  }
  const actual = Object.values(systems.actual)
    .flatMap(({ resources }) => resources)
    .find((resource) => resource.address === address && resource.inherited !== true);
  if (actual === undefined) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new DiagnosticError(errors);
    throw problemError({
      code: 'import-missing',
      summary: `The system has no ${address}, or this identity may not see it.`,
      next: 'Check the name and the rights; an apply creates what is missing.',
    });
  }
  checkImportable(actual, stack, stored, id);
  return actual;
}

function checkImportable(
  actual: ActualResource,
  stack: string,
  stored: StateData | undefined,
  id: string | undefined,
): void {
  const { address } = actual;
  if (id !== undefined && actual.id !== id) {
    throw problemError({
      code: 'import-other-id',
      summary: `${address} has the id ${actual.id} in its system, not ${id}.`,
      next: `If that is the one you mean: secrets import ${address} ${actual.id}`,
    });
  }
  if (actual.claimedBy !== undefined && actual.claimedBy !== stack) {
    throw problemError({
      code: 'import-claimed',
      summary: `${address} carries the mark of the stack ${actual.claimedBy}.`,
      next: `Release it there first: write \`removed: [${address}]\` in that stack, and apply it.`,
    });
  }
  const record = stored?.records.find((candidate) => candidate.address === address);
  if (record?.id === actual.id) {
    throw problemError({
      code: 'import-owned',
      summary: `${address} is already in the state (${actual.id}).`,
      next: 'Nothing to do.',
    });
  }
}

/** A record of an object as it is now: what the configuration wants otherwise is a pending change, not drift. */
function recordOf(
  actual: ActualResource,
  { dependsOn, lifecycle }: ConfiguredResource,
  fingerprint: Fingerprinter | undefined,
  now: Date,
): StateRecord {
  const fingerprintOf = fieldFingerprint(fingerprint);
  const fields: Record<string, StateRecord['fields'][string]> = {};
  const fingerprints: Record<string, string> = {};
  const sensitiveFields: string[] = [];
  for (const [path, field] of Object.entries(actual.fields).sort(([a], [b]) => compareText(a, b))) {
    if (field.kind === 'plain') fields[path] = field.value;
    else sensitiveFields.push(path);
    if (field.kind === 'sensitive' && fingerprintOf !== undefined) {
      fingerprints[path] = fingerprintOf(actual.address, path, field.value);
    }
  }
  return {
    address: actual.address,
    id: actual.id,
    appliedAt: now.toISOString(),
    fields,
    fingerprints,
    sensitiveFields,
    dependsOn: [...dependsOn].sort(),
    ...(lifecycle.protect === true ? { protect: true } : {}),
    ...defined({ changedAt: actual.changedAt, changedBy: actual.changedBy, onRemove: lifecycle.onRemove }),
  };
}

/** @throws DiagnosticError where the state has the object under another address */
function checkOneAddress(after: StateData, address: string, kinds: Kinds): void {
  const claims = claimsOf(after, kinds);
  const claim = claims.find((candidate) => candidate.address === address);
  if (claim === undefined) return;
  const others = claims.filter((other) => other.address !== address && other.object === claim.object);
  const problems = twoAddresses([{ ...claim, isConfigured: true }, ...others], kinds);
  if (problems.length > 0) throw new DiagnosticError(problems);
}

/** The state with a record, bound to the record's system. */
function withRecord(before: StateData, record: StateRecord, { systems }: RefreshResult): StateData {
  const provider = providerOf(record.address);
  const system = own(systems.actual, provider)?.system;
  const others = before.records.filter(({ address }) => address !== record.address);
  return {
    ...before,
    serial: before.serial + 1,
    systems: system === undefined ? before.systems : { ...before.systems, [provider]: bindingOf(system) },
    records: [...others, record].sort(byAddress),
  };
}
