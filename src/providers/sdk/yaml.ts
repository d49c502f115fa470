import type { ActualResource, YamlMap } from '../../model/index.js';

/** The fields of a resource that may be shown, by path. */
export function plainFields({ fields }: ActualResource): YamlMap {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([path, field]) => (field.kind === 'plain' ? [[path, field.value]] : [])),
  );
}

const PREFIX = 'options.';

/** The plain options among some fields, by name, under a key; nothing where there are none. */
export function optionsUnder(key: string, fields: YamlMap): YamlMap {
  const options = Object.entries(fields).flatMap(([path, value]) =>
    path.startsWith(PREFIX) ? [[path.slice(PREFIX.length), value] as const] : [],
  );
  return options.length === 0 ? {} : { [key]: Object.fromEntries(options) };
}

/** A variable for each option whose value was not read, named after a place. */
export function optionSources({ fields }: ActualResource, place: string): YamlMap {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([path, field]) => {
      if (field.kind === 'plain' || !path.startsWith(PREFIX)) return [];
      const option = path.slice(PREFIX.length);
      return [[option, variableSource(`${place}_${option}`)]];
    }),
  );
}

/** The value source that reads the variable of a place: its name in capitals. */
export function variableSource(place: string): { readonly env: string } {
  const name = place.toUpperCase().replace(/[^A-Z0-9_]+/g, '_');
  return { env: /^[0-9]/.test(name) ? `_${name}` : name };
}

/** Appends to a list of a map, which is made where it is absent. */
export function append(map: YamlMap, key: string, item: string): void {
  const list = (map[key] ??= []) as string[];
  list.push(item);
}
