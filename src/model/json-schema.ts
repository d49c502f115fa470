/** A JSON Schema (2020-12) as plain data. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** One section of the language: its word at the top of a file, its schema, and the definitions that it brings along. */
export interface SchemaSection {
  readonly word: string;
  readonly schema: JsonSchema;
  readonly defs?: Readonly<Record<string, JsonSchema>>;
}

/** A reference to one of the definitions, with what this place adds to it. */
export function ref(name: string, description: string, examples: readonly unknown[]): JsonSchema {
  return { $ref: `#/$defs/${name}`, description, examples };
}
