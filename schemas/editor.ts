import type { JsonSchema } from '../src/model/json-schema.js';
import { secretTypes } from '../src/providers/postgres/options.js';
import { optionsOfType, providersOfType } from './option-table.js';
import type { TypeOption } from './option-table.js';

/** A text that matches a word in any case, as DuckDB reads the names of types. */
function anyCase(word: string): string {
  return `^${word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)}$`;
}

const BOOLEAN_TEXT =
  '^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Tt]|[Ff]|[Yy][Ee][Ss]|[Nn][Oo]|[Yy]|[Nn]|1|0)$';

/** What stands behind an option in a place where everybody may read it, or where credentials belong. */
function optionSchema(type: string, option: TypeOption, place: 'open' | 'kept'): JsonSchema {
  const { name, sensitive, dataType } = option;
  const variable = `${type}_${name}`.toUpperCase();
  if (sensitive && place === 'open') {
    const hint = `\`${name}\` is sensitive: it belongs in the \`user_mappings\` of a server, or under \`sensitive\` of a secret.`;
    return { not: {}, description: hint, patternErrorMessage: hint, examples: [{ env: variable }] };
  }
  if (sensitive) {
    return {
      $ref: '#/$defs/valueSource',
      description: `The option ${name} of ${type}: a credential, so its value comes from a value source.`,
      examples: [{ env: variable }],
    };
  }
  const description = `The option ${name} of ${type}.`;
  if (name === 'provider') {
    const known = providersOfType(type);
    return {
      $ref: '#/$defs/textOrSource',
      description: `How DuckDB gets credentials for ${type}: ${known.join(', ')}.`,
      examples: known,
    };
  }
  if (dataType === 'boolean') {
    return {
      anyOf: [
        { type: 'boolean' },
        { enum: [0, 1] },
        { type: 'string', pattern: BOOLEAN_TEXT },
        { $ref: '#/$defs/valueSource' },
      ],
      description: `The option ${name} of ${type}: true or false.`,
      examples: [true, false],
    };
  }
  return {
    $ref: '#/$defs/textOrSource',
    description,
    examples: [dataType === 'map' ? '{name=value}' : { env: variable }],
  };
}

/** The options of one type in one place: those that are not in the table may stand there too. */
function optionsSchema(type: string, place: 'open' | 'kept', withOpen: boolean): JsonSchema {
  const options = optionsOfType(type).filter((one) => one.sensitive || place === 'open' || withOpen);
  return {
    type: 'object',
    title: `options of ${type}`,
    properties: Object.fromEntries(options.map((option) => [option.name, optionSchema(type, option, place)])),
  };
}

const when = (type: string, then: JsonSchema): JsonSchema => ({
  if: { properties: { type: { type: 'string', pattern: anyCase(type) } }, required: ['type'] },
  then,
});

/**
 * The schema for editors: that of the language, and for each secret type its options from the one table, so that an editor completes
 * them, and marks a credential in the open and what is no boolean. The program itself says these in words of its own, so its validator
 * is made of the plain schema.
 */
export function editorSchema(schema: JsonSchema): JsonSchema {
  const defs = { ...(schema['$defs'] as Readonly<Record<string, JsonSchema>>) };
  for (const type of secretTypes) {
    defs[`options_${type}`] = optionsSchema(type, 'open', true);
    defs[`mapping_${type}`] = optionsSchema(type, 'kept', true);
    defs[`sensitive_${type}`] = optionsSchema(type, 'kept', false);
  }
  defs['duckdbServer'] = {
    ...defs['duckdbServer'],
    allOf: secretTypes.map((type) =>
      when(type, {
        properties: {
          options: described(`options_${type}`, `Options of a ${type} server.`),
          user_mappings: {
            description: `Credentials for ${type} by role.`,
            additionalProperties: { $ref: `#/$defs/mapping_${type}` },
            examples: [{ analyst: {} }],
          },
        },
      }),
    ),
  };
  defs['duckdbSecret'] = {
    ...defs['duckdbSecret'],
    allOf: secretTypes.map((type) =>
      when(type, {
        properties: {
          options: described(`options_${type}`, `Options of a ${type} secret.`),
          sensitive: described(`sensitive_${type}`, `Credentials of a ${type} secret.`),
        },
      }),
    ),
  };
  return { ...schema, $defs: defs };
}

function described(name: string, description: string): JsonSchema {
  return { $ref: `#/$defs/${name}`, description, examples: [{}] };
}
