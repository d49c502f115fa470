import type { JsonSchema } from './json-schema.js';
import type { DesiredField } from './value-source.js';

/** What the language of configurations knows of a state backend: its name, its settings, and what may be shown of them. */
export interface BackendLanguage {
  /** As `state: { backend: NAME }` has it. */
  readonly name: string;
  /** One sentence, for editors. */
  readonly description: string;
  /** The schemas of its settings, by name. */
  readonly settings: Readonly<Record<string, JsonSchema>>;
  readonly excerpt: SettingExcerpts;
  /** Settings that are paths: relative ones start at the folder of the file that contains them, as those of value sources do. */
  readonly paths?: readonly string[];
  /** Texts of such a setting that are no path (`system`). */
  readonly pathWords?: readonly string[];
  /** Fills in what the configuration leaves out, and makes paths absolute. */
  complete?(fields: BackendFields, place: BackendPlace): BackendFields;
}

/** The settings of a backend as the configuration has them. */
export type BackendFields = Readonly<Record<string, DesiredField>>;

/** Whose state it is, and where relative paths start. */
export interface BackendPlace {
  readonly stack: string;
  /** The folder of the file that names the stack, absolute. */
  readonly folder: string;
}

/** Which settings may be shown in the line of a message, where they are plain text. */
export interface SettingExcerpts {
  readonly shown: readonly string[];
  /** Those of them that take a number or one of a few words: longer text was pasted there, and stays hidden. */
  readonly short?: readonly string[];
  /** Those of them that take a URL: text that does not begin like one stays hidden. */
  readonly urls?: readonly string[];
}

/** The state backends of a language, and what follows from them. */
export interface BackendTable {
  readonly all: readonly BackendLanguage[];
  /** The one of configurations without `state:`. */
  readonly standard: BackendLanguage;
  /** @returns `undefined` for an unknown name */
  readonly find: (name: string) => BackendLanguage | undefined;
  /** The names of all settings of all backends. */
  readonly settings: ReadonlySet<string>;
  /** What may be shown of them: in a file that cannot be read, nobody knows which backend is meant. */
  readonly excerpt: { readonly [Rule in keyof SettingExcerpts]-?: ReadonlySet<string> };
}

/**
 * Indexes state backends.
 * @param all the first one is the standard one
 */
export function backendTable(all: readonly [BackendLanguage, ...BackendLanguage[]]): BackendTable {
  const rule = (name: keyof SettingExcerpts): ReadonlySet<string> =>
    new Set(all.flatMap(({ excerpt }) => excerpt[name] ?? []));
  return {
    all,
    standard: all[0],
    find: (name) => all.find((backend) => backend.name === name),
    settings: new Set(all.flatMap(({ settings }) => Object.keys(settings))),
    excerpt: { shown: rule('shown'), short: rule('short'), urls: rule('urls') },
  };
}
