import type { DesiredField } from '../../model/index.js';
import { problemAt } from '../../model/problem.js';
import { isBooleanOption, isSensitiveOption } from '../../providers/sdk/duckdb-option-names.js';
import type { Place } from '../../model/source-text.js';
import { plainSecretWords } from '../sources/problems.js';
import { entriesOf } from '../../model/tree.js';
import type { Entry, TreeNode } from '../../model/tree.js';
import { isRef } from '../sources/references.js';
import type { SourceTable } from '../sources/table.js';
import { readField } from './values.js';
import type { FieldReader } from './values.js';

/** Fields `options.<name>`, names in small letters. */
export type OptionFields = Readonly<Record<string, DesiredField>>;

/** Where options stand, as a path in words for messages, and whether it is a place for credentials. */
export interface OptionsPlace {
  readonly path: string;
  /** Everybody can read a `server` and what is `open`; credentials belong in a `mapping` or stand under `sensitive`. */
  readonly place: 'server' | 'mapping' | 'open' | 'sensitive';
  /** The secret type, in small letters; empty where it is not written. */
  readonly type: string;
}

/** Options as fields. Refuses a credential that stands in the open, or as plain text, and an option that is no option. */
export function readOptions(
  reader: FieldReader,
  node: TreeNode | undefined,
  where: OptionsPlace,
): OptionFields {
  const { problems, language } = reader.context;
  const seen = new Map<string, Place>();
  const fields: Record<string, DesiredField> = {};
  for (const entry of entriesOf(node)) {
    const name = entry.key.toLowerCase();
    const first = seen.get(name);
    if (first !== undefined) {
      problems.push(
        problemAt(entry.keyAt, {
          code: 'duplicate-key',
          summary: `The option \`${name}\` stands twice: names of options have no case.`,
          next: 'Take one of the two away.',
          related: [{ message: 'It stands here first.', at: first }],
        }),
      );
      continue;
    }
    seen.set(name, entry.keyAt);
    const refused = refuse(entry, name, where, language.sources);
    if (refused !== undefined) {
      problems.push(refused);
      continue;
    }
    const notBoolean = refuseText(entry, name, where);
    if (notBoolean !== undefined) problems.push(notBoolean);
    const field = readField(reader, entry.value);
    if (field !== undefined) fields[`options.${name}`] = field;
  }
  return fields;
}

/** What DuckDB casts to a boolean. */
const BOOLEAN_TEXT = /^(true|false|t|f|yes|no|y|n|1|0)$/i;

/** Text that stands where DuckDB takes true or false alone; the text itself is not repeated. */
function refuseText(
  { value }: Entry,
  name: string,
  { type }: OptionsPlace,
): ReturnType<typeof problemAt> | undefined {
  if (value.kind !== 'scalar' || value.value === null || !isBooleanOption(type, name)) return undefined;
  if (BOOLEAN_TEXT.test(value.text) || isRef(value.text)) return undefined;
  return problemAt(value.at, {
    code: 'not-a-boolean',
    summary: `The option \`${name}\` takes true or false.`,
    next: 'Write true or false.',
  });
}

function refuse(
  { keyAt, value }: Entry,
  name: string,
  { path, place, type }: OptionsPlace,
  sources: SourceTable,
): ReturnType<typeof problemAt> | undefined {
  if (name === 'type') {
    return problemAt(keyAt, {
      code: 'type-option',
      summary: `An option \`type\` would override the type of the ${place === 'server' || place === 'mapping' ? 'server' : 'secret'}.`,
      next: 'Write `type:` beside `options:`, and nowhere else.',
    });
  }
  if (place === 'sensitive' || !isSensitiveOption(type, name)) return undefined;
  if (place === 'open') {
    return problemAt(keyAt, {
      code: 'sensitive-open-option',
      summary: `\`${name}\` is sensitive: it belongs under \`sensitive\`, with a value source.`,
      next: `Move it: sensitive: { ${name}: { env: NAME } }`,
    });
  }
  if (place === 'server') {
    return problemAt(keyAt, {
      code: 'sensitive-server-option',
      summary: `\`${name}\` is sensitive: it belongs in \`user_mappings\`. Every role can read the options of a server.`,
      next: `Move it: user_mappings: { <role>: { ${name}: { env: NAME } } }`,
    });
  }
  const isText = value.kind === 'scalar' && value.value !== null && !isRef(value.text);
  return isText ? problemAt(value.at, plainSecretWords(`${path}.${name}`, sources)) : undefined;
}
