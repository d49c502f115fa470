import type { ProblemWords, ReferenceParts, ReferenceWords, SourceSyntax } from '../../model/index.js';
import type { SourceTable } from './table.js';

/** A reference of vals in the words of this language. */
export interface Reference {
  readonly source: SourceSyntax;
  readonly text: string;
  readonly beside: ReadonlyMap<string, string>;
}

type Translated = Reference | { readonly problem: ProblemWords };

/** Parameters that vals has for every scheme, and what to do instead. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  trim_nl: 'Write it as a map with `trim: true`.',
  encode: 'Remove it: the value is stored as it is read.',
  optional: 'Remove it: a missing value is an error here.',
  fallback: 'Remove it: a missing value is an error here.',
};

/** Schemes of vals without a counterpart: known, so that their names may be repeated. */
const OTHERS: ReadonlySet<string> = new Set([
  ...['s3', 'gcs', 'awskms', 'gkms', 'googlesheets', 'tfstate', 'tfstategs', 'tfstates3', 'tfstateazurerm'],
  ...['tfstateremote', 'keychain', 'echo', 'gitlab', 'doppler', 'pulumistateapi', 'k8s', 'conjur', 'bw'],
  ...['hcpvaultsecrets', 'yclockbox', 'httpjson', 'scw', 'infisical'],
]);

const EXEC = 'Read it with a program: { exec: [vals, get, REFERENCE] }, and --allow-exec.';

/** Whether a text is meant as a reference of vals. */
export const isRef = (text: string): boolean => /^(secret)?ref\+/.test(text);

/** Names on the way into a document as `key` has them: with dots, or as a JSON Pointer where one of them needs it. */
function keyOf(names: readonly string[]): string {
  if (names.every((name) => name !== '' && !name.includes('.'))) return names.join('.');
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Percent-decodes; `undefined` where it is not well formed. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function partsOf(path: string, query: string, fragment: string | undefined): ReferenceParts | undefined {
  const pairs = query === '' ? [] : query.split('&').map((pair) => /^([^=]*)=?(.*)$/s.exec(pair));
  const parameters = new Map<string, string>();
  for (const pair of pairs) {
    const [name, value] = [decoded(pair?.[1] ?? ''), decoded(pair?.[2] ?? '')];
    if (name === undefined || value === undefined) return undefined;
    parameters.set(name, value);
  }
  const names = fragment === undefined || fragment === '' ? undefined : fragment.split('/').map(decoded);
  if (names?.includes(undefined) === true) return undefined;
  return { path, parameters, fragment: names?.flatMap((name) => name ?? []) };
}

const bad = (summary: string, next: string): { readonly problem: ProblemWords } => ({
  problem: { code: 'bad-ref', summary, next },
});

function ownEntry(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/**
 * Reads a reference as the program vals writes it (vals README, "Expression Syntax" and "Supported Backends"):
 * `ref+SCHEME://PATH?PARAMETERS#/KEY`. No text of it is repeated but words that vals itself has: it may hold credentials.
 * @param text a text that {@link isRef}
 */
export function readRef(text: string, sources: SourceTable): Translated {
  const match = /^(?:secret)?ref\+([a-z0-9]+):\/\/([^?#\s]+)(?:\?([^#\s]*))?(?:#\/?([^\s]*))?$/.exec(
    // A `+` ends a reference inside of other text.
    text.replace(/\+$/, ''),
  );
  if (match === null) {
    return bad(
      'This starts like a vals reference (`ref+…://…`), but is not a valid one.',
      'Write it as ref+vault://PATH#/FIELD, say, with nothing around it, or as a map such as { vault: PATH, key: FIELD }.',
    );
  }
  const [, name = '', path = '', query = '', fragment] = match;
  const known = sources.schemes.get(name);
  if (known === undefined) return unknownScheme(name, sources);
  if (typeof known.scheme === 'string') {
    return bad(`\`ref+${name}://\` is not supported here.`, known.scheme);
  }
  const { source, scheme } = known;
  const parts = partsOf(path, query, fragment);
  const unknown = [...(parts?.parameters.keys() ?? [])].find(
    (parameter) => !scheme.parameters.includes(parameter),
  );
  if (unknown !== undefined) {
    const instead = ownEntry({ ...EVERYWHERE, ...scheme.instead }, unknown);
    return bad(
      `${instead === undefined ? 'A parameter' : `The parameter \`${unknown}\``} of \`ref+${name}://\` has no counterpart here.`,
      instead ?? `Remove it, or write ${scheme.example}.`,
    );
  }
  const words = parts && scheme.parse(parts);
  if (parts !== undefined && words !== undefined) return referenceOf(source, words, parts);
  return bad(`The path of \`ref+${name}://\` is not valid here.`, `Write ${scheme.example}.`);
}

function referenceOf(
  source: SourceSyntax,
  { text, beside, fragmentUsed }: ReferenceWords,
  { fragment }: ReferenceParts,
): Reference {
  const key = fragmentUsed === true || fragment === undefined ? undefined : keyOf(fragment);
  const words = Object.entries({ ...beside, key });
  return {
    source,
    text,
    beside: new Map(words.flatMap(([word, value]) => (value === undefined ? [] : [[word, value]]))),
  };
}

function unknownScheme(name: string, { schemes }: SourceTable): Translated {
  const shown = OTHERS.has(name) ? `\`ref+${name}://\`` : 'This scheme of `ref+…://`';
  const supported = [...schemes]
    .filter(([, { scheme }]) => typeof scheme !== 'string')
    .map(([known]) => known);
  return bad(`${shown} has no counterpart here. Supported: ${supported.join(', ')}.`, EXEC);
}
