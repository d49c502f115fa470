import { DiagnosticError, byAddress, compareText, defined, own, providerOf } from '../../model/index.js';
import type { ActualResource, ConfiguredResource, Kinds, StateData, StateRecord } from '../../model/index.js';
import { claimsOf, twoAddresses } from '../../plan/index.js';
import type { Fingerprinter } from '../../values/index.js';
import { keyCheckOf } from '../key-check.js';
import type { Marked } from '../marks.js';
import { fieldFingerprint } from '../plan-input.js';
import { hasSensitiveField } from '../refresh/index.js';
import type { RefreshResult } from '../refresh/index.js';
import type { StateChange } from '../state.js';
import { bindingOf } from '../writer.js';

/** An object that exists, and the resource of the configuration that it is to be. */
export interface Importable {
  readonly actual: ActualResource;
  readonly resource: Pick<ConfiguredResource, 'dependsOn' | 'lifecycle' | 'file'>;
}

/** What was done, for people. */
export function importedChange(
  { address, id }: ActualResource,
  { addresses }: Pick<Marked, 'addresses'>,
): StateChange {
  return { action: 'imported', address, id, ...defined({ marked: addresses.has(address) || undefined }) };
}

/** The state with records of objects as they are now, bound to their systems. */
export async function withImported(
  before: StateData,
  objects: readonly Importable[],
  refreshed: RefreshResult,
  now: Date,
): Promise<StateData> {
  const needsKey = objects.some(({ actual }) => hasSensitiveField(actual));
  const fingerprint = needsKey ? await refreshed.key?.open() : undefined;
  const records = objects.map(({ actual, resource }) => recordOf(actual, resource, fingerprint, now));
  const taken = new Set(records.map(({ address }) => address));
  const bindings = Object.fromEntries(
    records.flatMap(({ address }) => {
      const provider = providerOf(address);
      const system = own(refreshed.systems.actual, provider)?.system;
      return system === undefined ? [] : [[provider, bindingOf(system)] as const];
    }),
  );
  return {
    ...before,
    serial: before.serial + 1,
    systems: { ...before.systems, ...bindings },
    ...defined({ keyCheck: before.keyCheck ?? (fingerprint && keyCheckOf(fingerprint, before.stack)) }),
    records: [...before.records.filter(({ address }) => !taken.has(address)), ...records].sort(byAddress),
  };
}

/** A record of an object as it is now: what the configuration wants otherwise is a pending change, not drift. */
function recordOf(
  actual: ActualResource,
  { dependsOn, lifecycle, file }: Importable['resource'],
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
    ...defined({
      changedAt: actual.changedAt,
      changedBy: actual.changedBy,
      onRemove: lifecycle.onRemove,
      file,
    }),
  };
}

/** @throws DiagnosticError where the state would have an imported object under another address as well */
export function checkOneAddress(next: StateData, imported: readonly string[], kinds: Kinds): void {
  const claims = claimsOf(next, kinds);
  const isImported = new Set(imported);
  const objects = new Set(claims.flatMap(({ address, object }) => (isImported.has(address) ? [object] : [])));
  const shared = claims
    .filter(({ object }) => objects.has(object))
    .map((claim) => ({ ...claim, isConfigured: isImported.has(claim.address) }))
    .sort((a, b) => Number(b.isConfigured) - Number(a.isConfigured));
  const problems = twoAddresses(shared, kinds);
  if (problems.length > 0) throw new DiagnosticError(problems);
}
