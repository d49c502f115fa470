import { DiagnosticError, hasErrors, nearestWords, splitAddress } from '../model/index.js';
import type {
  Configuration,
  ConfiguredResource,
  Diagnostic,
  Sensitive,
  ValueSource,
} from '../model/index.js';
import { fieldAt } from '../plan/index.js';
import { handOver } from '../values/index.js';
import { DEFAULT_OPTIONS } from './context.js';
import type { RunContext, RunResult } from './context.js';
import { homeOf } from './generated.js';
import type { Home } from './generated.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { observe } from './observe.js';
import { openScope } from './run-scope.js';
import type { EngineScope } from './run-scope.js';
import { openStore } from './store.js';
import { readPlaces } from './values.js';

/** Values that were asked for, in the order of their addresses. */
export interface GetResult extends RunResult {
  readonly values: readonly string[];
}

/** A field of a resource that takes its value from a source. */
interface Place {
  readonly address: string;
  readonly path: string;
  readonly source: ValueSource;
}

/**
 * Reads the values of some addresses from where the configuration takes them; the systems are asked for generated ones only.
 * @param wanted addresses; names of secrets where only one secret has that name; `ADDRESS#field` where a resource has several
 * @throws DiagnosticError that says of each address that is not there what might be meant
 */
export async function getValues(
  wanted: readonly string[],
  files: readonly string[],
  given: RunContext,
): Promise<GetResult> {
  const context = openScope(given);
  const { loaded, diagnostics: found } = await load(files, context);
  if (loaded === undefined) throw new DiagnosticError(found);
  const { configuration } = loaded;
  const problems: Diagnostic[] = [];
  const places = wanted.flatMap((text) => {
    const place = findPlace(text, configuration);
    if ('severity' in place) problems.push(place);
    return 'severity' in place ? [] : [place];
  });
  if (problems.length > 0) throw new DiagnosticError(problems);
  const byAddress = new Map(configuration.resources.map((resource) => [resource.address, resource]));
  const homes = places.map(({ address, path, source }) => homeOf(address, path, source, byAddress));
  const written = places.filter((_, index) => homes[index] === undefined);
  const { values, diagnostics } = await readPlaces(configuration, written, context);
  if (hasErrors(diagnostics)) throw new DiagnosticError([...found, ...diagnostics]);
  const kept = await readKept(loaded, [...new Set(homes.flatMap((home) => home ?? []))], context);
  return {
    status: 'ok',
    diagnostics: [...found, ...diagnostics],
    values: places.map(({ source }, index) => {
      const home = homes[index];
      const value = home === undefined ? values.get(source) : kept(home);
      if (value === undefined) throw new Error('a value that was read is missing');
      return handOver(value);
    }),
  };
}

/** Reads generated values from where they live. */
async function readKept(
  loaded: Loaded,
  homes: readonly Home[],
  context: EngineScope,
): Promise<(home: Home) => Sensitive> {
  if (homes.length === 0) return () => context.sensitive('');
  const store = await openStore(loaded.configuration, context);
  const options = { ...DEFAULT_OPTIONS, targets: homes.map((home) => home.address) };
  const looked = await observe({ loaded, store, purpose: 'look', options, found: [] }, context).finally(() =>
    store.close(),
  );
  const { observation } = looked;
  await observation?.close();
  if (observation === undefined) throw new DiagnosticError(looked.diagnostics);
  const actual = Object.values(observation.seen.actual).flatMap((result) => result.resources);
  return ({ address, path }) => {
    const resource = actual.find((one) => one.address === address && one.inherited !== true);
    const field = resource === undefined ? undefined : fieldAt(resource.fields, path);
    if (field?.kind === 'sensitive') return field.value;
    const why = field === undefined ? 'it is not there' : 'its system does not show it to this identity';
    throw new DiagnosticError([
      {
        severity: 'error',
        code: 'not-kept',
        summary: `The value of ${address} is generated, and kept in its system; ${why}.`,
        next: field === undefined ? 'An apply makes it.' : 'Ask as somebody who may see it.',
      },
    ]);
  };
}

/** The one place that is meant, or what is wrong with the words for it. */
function findPlace(text: string, { resources }: Configuration): Place | Diagnostic {
  const exact = find(text, resources);
  const hash = text.lastIndexOf('#');
  const resource = exact ?? (hash > 0 ? find(text.slice(0, hash), resources) : undefined);
  if (resource === undefined) return unknown(text, resources);
  const field = exact === undefined ? text.slice(hash + 1) : undefined;
  const sources = Object.entries(resource.fields).flatMap(([path, one]) =>
    one.kind === 'source' ? [{ path, name: path.replace(/^options\./, ''), source: one.source }] : [],
  );
  const meant =
    field === undefined
      ? sources
      : sources.filter((source) => source.name === field || source.path === field);
  const [one] = meant;
  if (one !== undefined && meant.length === 1)
    return { address: resource.address, path: one.path, source: one.source };
  const names = sources.map(({ name }) => `${resource.address}#${name}`);
  return {
    severity: 'error',
    code: 'no-value',
    summary:
      sources.length === 0
        ? `${resource.address} has no field that takes a value.`
        : `${text} does not say which value: ${resource.address} has ${sources.length}.`,
    next: names.length === 0 ? 'Name another resource.' : `Write ${names.join(' or ')}.`,
  };
}

/** By its address; a secret by its name, where no other one has that. */
function find(text: string, resources: readonly ConfiguredResource[]): ConfiguredResource | undefined {
  const exact = resources.find((resource) => resource.address === text);
  if (exact !== undefined || text.includes('.')) return exact;
  const named = resources.filter(({ address, fields }) => {
    return fields['value'] !== undefined && splitAddress(address)?.rest === text;
  });
  return named.length === 1 ? named[0] : undefined;
}

function unknown(text: string, resources: readonly ConfiguredResource[]): Diagnostic {
  const near = nearestWords(
    text,
    resources.map((resource) => resource.address),
  )[0];
  return {
    severity: 'error',
    code: 'unknown-address',
    summary: `The configuration has no ${text}.`,
    next: near === undefined ? 'Give an address such as secret.helios.HF_TOKEN.' : `Did you mean ${near}?`,
  };
}
