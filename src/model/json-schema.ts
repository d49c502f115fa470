/** A JSON Schema (2020-12) as plain data. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** The schema of one section of the language, and the definitions that it brings along. */
export interface SectionSchema {
  readonly schema: JsonSchema;
  readonly defs?: Readonly<Record<string, JsonSchema>>;
  /** Keywords that editors need and the tool itself checks with words of its own, by definition. */
  readonly editorDefs?: Readonly<Record<string, JsonSchema>>;
}

/** A section with its word at the top of a file. */
export interface SchemaSection extends SectionSchema {
  readonly word: string;
}

/** A reference to one of the definitions, with what this place adds to it. */
export function ref(name: string, description: string, examples: readonly unknown[]): JsonSchema {
  return { $ref: `#/$defs/${name}`, description, examples };
}

/** A setting or an option that takes text or a value source. */
export function textOrSource(description: string, ...examples: unknown[]): JsonSchema {
  return ref('textOrSource', description, examples);
}

/** A setting or an option that takes a value source alone. */
export function sourceOnly(description: string, ...examples: unknown[]): JsonSchema {
  return ref('valueSource', description, examples);
}
