import { DiagnosticError, hasErrors, mustParseAddress, nearestWords } from '../model/index.js';
import type { Configuration, ConfiguredResource, Diagnostic, ValueSource } from '../model/index.js';
import { handOver } from '../values/index.js';
import type { RunContext, RunResult } from './context.js';
import { load } from './load.js';
import { readPlaces } from './values.js';

/** Values that were asked for, in the order of their addresses. */
export interface GetResult extends RunResult {
  readonly values: readonly string[];
}

/** A field of a resource that takes its value from a source. */
interface Place {
  readonly address: string;
  readonly source: ValueSource;
}

/**
 * Reads the values of some addresses from where the configuration takes them; the systems are not asked.
 * @param wanted addresses; names of secrets where only one secret has that name; `ADDRESS#field` where a resource has several
 * @throws DiagnosticError that says of each address that is not there what might be meant
 */
export async function getValues(
  wanted: readonly string[],
  files: readonly string[],
  context: RunContext,
): Promise<GetResult> {
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
  const { values, diagnostics } = await readPlaces(configuration, places, context);
  const all = [...found, ...diagnostics];
  if (hasErrors(all)) throw new DiagnosticError(all);
  return {
    status: 'ok',
    diagnostics: all,
    values: places.map(({ source }) => {
      const value = values.get(source);
      if (value === undefined) throw new Error('a value that was read is missing');
      return handOver(value);
    }),
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
    field === undefined ? sources : sources.filter((one) => one.name === field || one.path === field);
  const [one] = meant;
  if (one !== undefined && meant.length === 1) return { address: resource.address, source: one.source };
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
  const exact = resources.find((one) => one.address === text);
  if (exact !== undefined || text.includes('.')) return exact;
  const named = resources.filter(({ address }) => {
    const { kind, name } = mustParseAddress(address);
    return kind === 'secret' && name === text;
  });
  return named.length === 1 ? named[0] : undefined;
}

function unknown(text: string, resources: readonly ConfiguredResource[]): Diagnostic {
  const near = nearestWords(
    text,
    resources.map((one) => one.address),
  )[0];
  return {
    severity: 'error',
    code: 'unknown-address',
    summary: `The configuration has no ${text}.`,
    next: near === undefined ? 'Give an address such as secret.helios.HF_TOKEN.' : `Did you mean ${near}?`,
  };
}
