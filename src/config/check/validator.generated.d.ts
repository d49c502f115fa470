import type { JsonSchema } from '../../model/json-schema.js';

/** One problem as the compiled validator reports it. */
export interface SchemaError {
  /** A JSON pointer to the place in the data. */
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The schema that holds the keyword. */
  readonly parentSchema: JsonSchema;
  /** The name that is wrong, where the problem is one of `propertyNames`. */
  readonly propertyName?: string;
}

/** Checks one file's data against the schema; leaves the problems in `errors`. */
export declare const validate: {
  (data: unknown): boolean;
  errors?: readonly SchemaError[] | null;
};
