import { DiagnosticError, hasErrors, problemError } from '../model/index.js';
import type { Diagnostic, Sensitive } from '../model/index.js';
import { fieldAt } from '../plan/index.js';
import { handOver } from '../values/index.js';
import { DEFAULT_OPTIONS } from './context.js';
import type { RunContext, RunResult } from './context.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { withStore } from './locking.js';
import { homeOf } from './refresh/generated.js';
import type { Home } from './refresh/generated.js';
import { refresh } from './refresh/index.js';
import type { RefreshRequest, RefreshResult } from './refresh/index.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import { findPlace } from './value-place.js';
import type { ValuePlace } from './value-place.js';
import { readPlaces } from './values.js';

/** Values that were asked for, in the order of their addresses. */
export interface GetResult extends RunResult {
  readonly values: readonly string[];
}

/**
 * Reads the values of some addresses from where the configuration takes them; the systems are asked for generated ones only.
 * @param wanted addresses; names of secrets where only one secret has that name; `ADDRESS#field` where a resource has several
 * @throws DiagnosticError with a suggestion for each address that the configuration does not have
 */
export async function getValues(
  wanted: readonly string[],
  files: readonly string[],
  context: RunContext,
): Promise<GetResult> {
  const scope = openScope(context);
  const { loaded, diagnostics } = await load(files, scope);
  if (loaded === undefined) throw new DiagnosticError(diagnostics);
  const { configuration } = loaded;
  const places = findPlaces(wanted, loaded);
  const byAddress = new Map(configuration.resources.map((resource) => [resource.address, resource]));
  const homes = places.map(({ address, path, source }) => homeOf(address, path, source, byAddress));
  const written = places.filter((_, index) => homes[index] === undefined);
  const values = await readPlaces(configuration, written, scope);
  const all = [...diagnostics, ...values.diagnostics];
  if (hasErrors(values.diagnostics)) throw new DiagnosticError(all);
  const generated = await readGenerated(loaded, [...new Set(homes.flatMap((home) => home ?? []))], scope);
  return {
    status: 'ok',
    diagnostics: all,
    values: places.map(({ source }, index) => {
      const home = homes[index];
      const value = home === undefined ? values.values.get(source) : generated.get(keyOf(home));
      if (value === undefined) throw new Error('a value that was read is missing');
      return handOver(value);
    }),
  };
}

/** @throws DiagnosticError with all texts that name no place */
function findPlaces(wanted: readonly string[], { configuration }: Loaded): readonly ValuePlace[] {
  const problems: Diagnostic[] = [];
  const places = wanted.flatMap((text) => {
    const place = findPlace(text, configuration);
    if (!('severity' in place)) return [place];
    problems.push(place);
    return [];
  });
  if (problems.length > 0) throw new DiagnosticError(problems);
  return places;
}

/** Reads generated values from the systems that keep them. */
async function readGenerated(
  loaded: Loaded,
  homes: readonly Home[],
  scope: EngineScope,
): Promise<ReadonlyMap<string, Sensitive>> {
  if (homes.length === 0) return new Map();
  return withStore(loaded, scope, (store) => {
    const options = { ...DEFAULT_OPTIONS, targets: homes.map(({ address }) => address) };
    const request: RefreshRequest = {
      loaded,
      store,
      valuesAreRead: 'never',
      keyUse: 'none',
      options,
      diagnostics: [],
    };
    return refresh<ReadonlyMap<string, Sensitive>>(request, scope, {
      onBlocked: (problems) => {
        throw new DiagnosticError(problems);
      },
      onRefreshed: (refreshed) =>
        Promise.resolve(new Map(homes.map((home) => [keyOf(home), generatedValue(home, refreshed)]))),
    });
  });
}

function keyOf({ address, path }: Home): string {
  return `${address}#${path}`;
}

/** @throws DiagnosticError where the system has no such value, or does not show it */
function generatedValue({ address, path }: Home, { systems }: RefreshResult): Sensitive {
  const resource = Object.values(systems.actual)
    .flatMap(({ resources }) => resources)
    .find((candidate) => candidate.address === address && candidate.inherited !== true);
  const field = resource === undefined ? undefined : fieldAt(resource.fields, path);
  if (field?.kind === 'sensitive') return field.value;
  const why = field === undefined ? 'it does not exist yet' : 'its system does not show it to this identity';
  throw problemError({
    code: 'not-kept',
    summary: `The value of ${address} is generated, and kept in its system; ${why}.`,
    next: field === undefined ? 'An apply makes it.' : 'Run this as an identity that may see it.',
  });
}
