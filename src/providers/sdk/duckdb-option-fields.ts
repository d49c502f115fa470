import { credentialIn, entriesOf } from '../../model/index.js';
import type { DesiredField, Entry, Place, ProblemWords, TreeNode } from '../../model/index.js';
import { isHeaderMap, readHeaders } from './duckdb-headers.js';
import { isBooleanOption, isKnownOf, mayBeSensitive } from './duckdb-option-names.js';
import type { NodeReader } from './language.js';

/** Fields `options.<name>`, names in lower case. */
export type OptionFields = Readonly<Record<string, DesiredField>>;

/** Where options are written, and whether credentials may be among them. */
export interface OptionsPlace {
  /** The path, for messages. */
  readonly path: string;
  /** Everybody can read a `server` and what is `open`; credentials belong in a `mapping` or under `sensitive`. */
  readonly place: 'server' | 'mapping' | 'open' | 'sensitive';
  /** The secret type, in lower case; empty where it is missing. */
  readonly type: string;
  /** What the tables of options tell is not checked. */
  readonly unchecked?: boolean;
  /** The options that `lifecycle: { not_secret: [...] }` names. */
  readonly notSecret?: readonly string[] | undefined;
}

/** Options as fields. Reports a credential in the open or in plain text, a duplicate, and an option that cannot be one. */
export function readOptions(
  reader: NodeReader,
  node: TreeNode | undefined,
  where: OptionsPlace,
): OptionFields {
  const places = new Map<string, Place>();
  const fields: Record<string, DesiredField> = {};
  for (const entry of entriesOf(node)) {
    const name = entry.key.toLowerCase();
    const first = places.get(name);
    if (first !== undefined) {
      reader.refuse(entry.keyAt, duplicateOption(name, first));
      continue;
    }
    places.set(name, entry.keyAt);
    if (refusesOption(reader, entry, name, where)) continue;
    const field = isHeaderMap(reader, entry.value, name)
      ? readHeaders(reader, entry.value, `${where.path}.${name}`)
      : readOption(reader, entry.value, name, where);
    if (field !== undefined) fields[`options.${name}`] = field;
  }
  return fields;
}

/**
 * One option as a field; reports text where DuckDB takes true or false alone, which is not repeated: it may be a value. An option that
 * the type is not known to have may hold a credential, so its text is treated as one, unless `not_secret` names it.
 */
export function readOption(
  reader: NodeReader,
  node: TreeNode,
  name: string,
  { type, place, notSecret, unchecked }: Pick<OptionsPlace, 'type' | 'place' | 'notSecret' | 'unchecked'>,
): DesiredField | undefined {
  if (unchecked !== true && isBooleanOption(type, name)) refuseNoBoolean(reader, node, name);
  const field = reader.field(node);
  const isDeclared = notSecret?.includes(name) === true;
  if (field?.kind === 'source' && place === 'server' && !isDeclared) reader.refuse(node.at, readByAll(name));
  const isUnknown = field?.kind === 'plain' && !isKnownOf(type, name) && !isDeclared;
  return isUnknown ? { ...field, sensitive: true } : field;
}

function refuseNoBoolean(reader: NodeReader, node: TreeNode, name: string): void {
  if (node.kind !== 'scalar' || !reader.isPlainText(node) || isBooleanText(node.text)) return;
  reader.refuse(node.at, {
    code: 'not-a-boolean',
    summary: `The option \`${name}\` takes true or false.`,
    next: 'Write true or false.',
  });
}

/** Every role of a database can read the options of its servers (DuckDB wrapper contract, 'What can be seen'). */
function readByAll(name: string): ProblemWords {
  return {
    severity: 'warning',
    code: 'source-in-server-option',
    summary: `Every role of the database can read the option \`${name}\` of a server, whose value comes from a value source.`,
    next: `If it is a credential, move it to user_mappings; if it is none, say so: lifecycle: { not_secret: [${name}] }`,
  };
}

/** Whether DuckDB reads a text as a boolean. */
export function isBooleanText(text: string): boolean {
  return /^(true|false|t|f|yes|no|y|n|1|0)$/i.test(text);
}

function duplicateOption(name: string, first: Place): ProblemWords {
  return {
    code: 'duplicate-key',
    summary: `Duplicate option \`${name}\`: option names are case-insensitive.`,
    next: 'Remove one of them.',
    related: [{ message: 'First defined here.', at: first }],
  };
}

/** Reports an option that may not be where it is. */
function refusesOption(
  reader: NodeReader,
  { keyAt, value }: Entry,
  name: string,
  where: OptionsPlace,
): boolean {
  const misplaced = misplacedOption(name, where);
  if (misplaced !== undefined) {
    reader.refuse(keyAt, misplaced);
    return true;
  }
  const looksLike = where.notSecret?.includes(name) === true ? undefined : looksLikeCredential(name, value);
  const credential =
    (where.place === 'server' || where.place === 'open') && reader.isPlainText(value) ? looksLike : undefined;
  if (credential !== undefined) {
    reader.refuse(value.at, credentialInOption(name, credential, where.place));
    return true;
  }
  const isSecret = mayBeSensitive(where.type, name) || looksLike !== undefined;
  const isPlainSecret = where.place === 'mapping' && isSecret && reader.isPlainText(value);
  if (isPlainSecret) reader.refuse(value.at, reader.plainSecret(`${where.path}.${name}`));
  return isPlainSecret;
}

/** What credential the text of an option looks like. */
function looksLikeCredential(name: string, value: TreeNode): string | undefined {
  if (value.kind !== 'scalar') return undefined;
  return credentialIn(/^https?_proxy/.test(name) ? withScheme(value.text) : value.text);
}

/** A proxy may be written without `http://`. */
function withScheme(text: string): string {
  return text.includes('://') ? text : `http://${text}`;
}

function credentialInOption(name: string, credential: string, place: OptionsPlace['place']): ProblemWords {
  return {
    code: 'credential-in-option',
    summary: `The option \`${name}\` holds ${credential}, where everybody can read it.`,
    next:
      place === 'open'
        ? `Change the credential, and move it: sensitive: { ${name}: { env: NAME } }`
        : `Change the credential, and move it: user_mappings: { <role>: { ${name}: { env: NAME } } }`,
  };
}

function misplacedOption(name: string, { place, type }: OptionsPlace): ProblemWords | undefined {
  if (name === 'type') {
    const owner = place === 'server' || place === 'mapping' ? 'server' : 'secret';
    return {
      code: 'type-option',
      summary: `An option \`type\` would override the type of the ${owner}.`,
      next: 'Write `type:` beside `options:`, and nowhere else.',
    };
  }
  if ((place !== 'open' && place !== 'server') || !mayBeSensitive(type, name)) return undefined;
  return place === 'open'
    ? {
        code: 'sensitive-open-option',
        summary: `\`${name}\` is sensitive: it belongs under \`sensitive\`, with a value source.`,
        next: `Move it: sensitive: { ${name}: { env: NAME } }`,
      }
    : {
        code: 'sensitive-server-option',
        summary: `\`${name}\` is sensitive: it belongs in \`user_mappings\`. Every role can read the options of a server.`,
        next: `Move it: user_mappings: { <role>: { ${name}: { env: NAME } } }`,
      };
}
