import { sourceOnly, textOrSource } from '../../model/index.js';
import type { JsonSchema } from '../../model/index.js';
import { optionsOfType, providersOfType } from './duckdb-option-names.js';
import type { TypeOption } from './duckdb-option-names.js';
import { secretTypes } from './duckdb-options.js';

/** Definitions that every section with options of DuckDB uses. */
export const optionDefs: Readonly<Record<string, JsonSchema>> = {
  httpHeaders: {
    type: 'object',
    title: 'HTTP headers by name',
    minProperties: 1,
    propertyNames: {
      pattern: '^[A-Za-z0-9!#$%&*+.^_`|~-]+$',
      patternErrorMessage: 'The name of a header is letters, digits and "-".',
    },
    additionalProperties: {
      type: ['string', 'number', 'boolean'],
      description: 'The value of the header.',
      examples: ['data'],
    },
    examples: [{ 'X-Team': 'data' }],
  },
  serverOptions: {
    type: 'object',
    title: 'options by name',
    propertyNames: { $ref: '#/$defs/optionName' },
    properties: {
      provider: textOrSource(
        'How DuckDB gets credentials: `config` (the default), `credential_chain` and others.',
        'credential_chain',
      ),
      scope: textOrSource('The paths that it is used for.', 's3://lake'),
      region: textOrSource('The region of the store.', 'us-east-1'),
      endpoint: textOrSource('The host of the store, where it is not the usual one.', 'minio:9000'),
      url_style: textOrSource('Where the bucket is in a URL: `vhost` or `path`.', 'path'),
      use_ssl: textOrSource('Whether to use TLS for the store.', false),
    },
    additionalProperties: { $ref: '#/$defs/textOrSource' },
    examples: [{ region: 'us-east-1', scope: 's3://lake' }],
  },
};

/** HTTP headers: a map of text, or a value source for all of them. */
export const headersOption: JsonSchema = {
  anyOf: [{ $ref: '#/$defs/httpHeaders' }, { $ref: '#/$defs/textOrSource' }],
  description: 'HTTP headers to send besides: a map, or a value source where one is a credential.',
  examples: [{ 'X-Team': 'data' }, { env: 'EXTRA_HTTP_HEADERS' }],
};

/** Where options are written: everybody may read those that are `open`; `all` and `sensitive` may hold credentials. */
type Place = 'open' | 'all' | 'sensitive';

/** Definitions `<name>_<type>` with the options of each secret type in one place. Others may be there too. */
export function optionsByType(name: string, place: Place): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(secretTypes.map((type) => [`${name}_${type}`, optionsSchema(type, place)]));
}

/** What of an entry depends on its `type`, for each secret type. */
export function whenType(entry: (type: string) => Readonly<Record<string, JsonSchema>>): JsonSchema {
  return {
    allOf: secretTypes.map((type) => ({
      if: { properties: { type: { type: 'string', pattern: anyCase(type) } }, required: ['type'] },
      then: { properties: entry(type) },
    })),
  };
}

/** A pattern that matches a word in any case, as DuckDB reads the names of types. */
function anyCase(word: string): string {
  return `^${word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)}$`;
}

function optionsSchema(type: string, place: Place): JsonSchema {
  const options = optionsOfType(type).filter(({ sensitive }) => sensitive || place !== 'sensitive');
  return {
    type: 'object',
    title: `options of ${type}`,
    properties: Object.fromEntries(options.map((option) => [option.name, optionSchema(type, option, place)])),
  };
}

const BOOLEAN_TEXT =
  '^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Tt]|[Ff]|[Yy][Ee][Ss]|[Nn][Oo]|[Yy]|[Nn]|1|0)$';

function optionSchema(type: string, { name, sensitive, dataType }: TypeOption, place: Place): JsonSchema {
  const variable = `${type}_${name}`.toUpperCase();
  if (sensitive && place === 'open') {
    const hint = `\`${name}\` is sensitive: it belongs in the \`user_mappings\` of a server, or under \`sensitive\` of a secret.`;
    return { not: {}, description: hint, patternErrorMessage: hint, examples: [{ env: variable }] };
  }
  if (name === 'extra_http_headers' && place === 'all') return headersOption;
  if (sensitive) {
    return sourceOnly(
      `The option ${name} of ${type}: a credential, so its value comes from a value source.`,
      {
        env: variable,
      },
    );
  }
  if (name === 'provider') {
    const known = providersOfType(type);
    return textOrSource(`How DuckDB gets credentials for ${type}: ${known.join(', ')}.`, ...known);
  }
  if (dataType === 'boolean') return booleanOption(type, name);
  return textOrSource(
    `The option ${name} of ${type}.`,
    dataType === 'map' ? '{name=value}' : { env: variable },
  );
}

function booleanOption(type: string, name: string): JsonSchema {
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
