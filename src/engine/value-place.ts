import { nearestWords, problem, splitAddress } from '../model/index.js';
import type { Configuration, ConfiguredResource, Diagnostic, ValueSource } from '../model/index.js';

/** A field of a resource that takes its value from a source. */
export interface ValuePlace {
  readonly address: string;
  readonly path: string;
  readonly source: ValueSource;
}

/**
 * The place that a text names: an address; the name of a secret where only one secret has it; `ADDRESS#field` where a resource takes
 * several values.
 * @returns a diagnostic where it names none, or more than one
 */
export function findPlace(text: string, { resources }: Configuration): ValuePlace | Diagnostic {
  const whole = findResource(text, resources);
  const hash = text.lastIndexOf('#');
  const resource = whole ?? (hash > 0 ? findResource(text.slice(0, hash), resources) : undefined);
  if (resource === undefined) return unknownAddress(text, resources);
  const places = placesOf(resource);
  const field = whole === undefined ? text.slice(hash + 1) : undefined;
  const named =
    field === undefined ? places : places.filter(({ name, path }) => name === field || path === field);
  const [place] = named;
  if (place === undefined || named.length > 1) return unclearField(text, resource, places);
  return { address: resource.address, path: place.path, source: place.source };
}

/** A field with a source, under the name that the configuration has for it. */
interface NamedField {
  readonly name: string;
  readonly path: string;
  readonly source: ValueSource;
}

function placesOf({ fields }: ConfiguredResource): readonly NamedField[] {
  return Object.entries(fields).flatMap(([path, field]) =>
    field.kind === 'source' ? [{ path, name: path.replace(/^options\./, ''), source: field.source }] : [],
  );
}

/** By its address; a secret by its name, where no other one has that. */
function findResource(
  text: string,
  resources: readonly ConfiguredResource[],
): ConfiguredResource | undefined {
  const exact = resources.find(({ address }) => address === text);
  if (exact !== undefined || text.includes('.')) return exact;
  const named = resources.filter(
    ({ address, fields }) => fields['value'] !== undefined && splitAddress(address)?.rest === text,
  );
  return named.length === 1 ? named[0] : undefined;
}

function unknownAddress(text: string, resources: readonly ConfiguredResource[]): Diagnostic {
  const [nearest] = nearestWords(
    text,
    resources.map(({ address }) => address),
  );
  return problem({
    code: 'unknown-address',
    summary: `The configuration has no ${text}.`,
    next:
      nearest === undefined ? 'Give an address such as secret.helios.HF_TOKEN.' : `Did you mean ${nearest}?`,
  });
}

function unclearField(
  text: string,
  { address }: ConfiguredResource,
  places: readonly NamedField[],
): Diagnostic {
  if (places.length === 0) {
    return problem({
      code: 'no-value',
      summary: `${address} has no field that takes a value.`,
      next: 'Name another resource.',
    });
  }
  return problem({
    code: 'no-value',
    summary: `${text} does not say which value: ${address} has ${places.length}.`,
    next: `Write ${places.map(({ name }) => `${address}#${name}`).join(' or ')}.`,
  });
}
