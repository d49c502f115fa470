import { problemError } from '../../model/index.js';
import type { Field, Fields, SourceRange } from '../../model/index.js';

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What a configuration says of a connection, and how messages name the place that says it. */
export interface ConnectionEntry {
  /** How a message about these settings begins: `Provider warehouse`. */
  readonly subject: string;
  /** `url`, or libpq's parameters one by one: `host`, `port`, `database`, `user`, `password`, `sslmode` and so on. */
  readonly fields: Fields;
  readonly range?: SourceRange;
}

/** What a connection is made of, by where it was written. */
export interface ConnectionTexts {
  readonly entry: ConnectionEntry;
  /** The parameters of the url, by libpq's names. */
  readonly uri: ReadonlyMap<string, string>;
  /** Whether the url comes from a value source, and not from the text of the configuration. */
  readonly hasOuterUrl: boolean;
  readonly env: Env;
}

/**
 * Refuses a setting of a connection.
 * @throws DiagnosticError always
 */
export function refuseSetting({ subject, range }: ConnectionEntry, summary: string, next: string): never {
  throw problemError({ code: 'postgres-settings', summary: `${subject}: ${summary}.`, next, at: range });
}

/** A setting's text; nothing where it is absent, null or hidden. */
export function settingText(field: Field | undefined): string | undefined {
  if (field === undefined || field.kind === 'hidden') return undefined;
  if (field.kind === 'sensitive') return field.value.reveal();
  const { value } = field;
  return value === null ? undefined : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The first text that is not empty: an empty setting or variable counts as absent, as for libpq. */
export function firstText(...texts: readonly (string | undefined)[]): string | undefined {
  return texts.find((text) => text !== undefined && text !== '');
}

/** What the configuration's own text says of a parameter: an option, or a url that is written out. */
export function ownText({ entry, uri, hasOuterUrl }: ConnectionTexts, name: string): string | undefined {
  return firstText(settingText(entry.fields[name]), hasOuterUrl ? undefined : uri.get(name));
}

/** What a run's surroundings say of a parameter: a url from a value source, or the parameter's variable. */
export function outerText(
  { uri, hasOuterUrl, env }: ConnectionTexts,
  name: string,
  variable: string | undefined,
): { readonly text: string; readonly place: string } | undefined {
  const inUrl = hasOuterUrl ? firstText(uri.get(name)) : undefined;
  if (inUrl !== undefined) return { text: inUrl, place: `${name} of the url` };
  const text = variable === undefined ? undefined : firstText(env[variable]);
  return text === undefined || variable === undefined ? undefined : { text, place: variable };
}

/**
 * A parameter that protects the connection. The configuration may add to what its surroundings say, and never take from it:
 * who writes a branch must not be able to weaken what protects the password of the environment.
 * @param isWeaker whether the first text protects less than the second; any other text counts as weaker where absent
 * @throws DiagnosticError where the configuration's text is weaker
 */
export function protectedText(
  texts: ConnectionTexts,
  { name, variable, isWeaker = (own, outer) => own !== outer }: ProtectedParameter,
): string | undefined {
  const own = ownText(texts, name);
  const outer = outerText(texts, name, variable);
  if (own === undefined || outer === undefined) return own ?? outer?.text;
  if (!isWeaker(own, outer.text)) return own;
  return refuseSetting(
    texts.entry,
    `${name} in the configuration would weaken the connection: ${outer.place} asks for more`,
    `Remove ${name} from the configuration, or change ${outer.place} where this run is set up.`,
  );
}

/** A parameter that protects the connection, and its variable. */
export interface ProtectedParameter {
  readonly name: string;
  readonly variable?: string;
  readonly isWeaker?: (own: string, outer: string) => boolean;
}

/** Compares words that are listed from the weakest to the strongest; a word that is not in the list is checked elsewhere. */
export function byStrength(words: readonly string[]): (own: string, outer: string) => boolean {
  return (own, outer) => words.includes(own) && words.indexOf(own) < words.indexOf(outer);
}
