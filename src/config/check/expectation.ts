import type { JsonSchema } from '../../model/json-schema.js';

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a map',
  array: 'a list',
  boolean: '`true` or `false`',
  integer: 'a whole number',
  number: 'a number',
};

/** What a schema expects, as a noun phrase: its title, or its type in plain words. */
export function expected(schema: JsonSchema): string {
  const { title, type } = schema;
  const types = (Array.isArray(type) ? type : [type]) as readonly unknown[];
  const words = types.map((name) => TYPE_WORDS[String(name)] ?? 'something else').join(' or ');
  if (typeof title !== 'string') return words;
  return type === 'object' || (type === 'array' && !title.startsWith('a list'))
    ? `${title} (${words})`
    : title;
}

/** The first example of a schema as a file has it, on one line; `undefined` where it has none. */
export function exampleOf(schema: JsonSchema): string | undefined {
  const [example] = (Array.isArray(schema['examples']) ? schema['examples'] : []) as readonly unknown[];
  return example === undefined ? undefined : inline(example);
}

/** Plain data as one line of YAML. */
function inline(data: unknown): string {
  if (Array.isArray(data)) return `[${data.map(inline).join(', ')}]`;
  if (typeof data === 'object' && data !== null) {
    return `{ ${Object.entries(data)
      .map(([key, value]) => `${key}: ${inline(value)}`)
      .join(', ')} }`;
  }
  return typeof data === 'string' && /[*#{}[\],&!|>'"%@`]|: |^$/.test(data)
    ? JSON.stringify(data)
    : String(data);
}
