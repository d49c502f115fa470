/** A secret's name as DuckDB has it: letters of ASCII in lower case, all others as they are (measured). */
export function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Scopes that a type has where nobody names one (measured with the pinned library and its `httpfs`). */
export const DEFAULT_SCOPES: Readonly<Record<string, readonly string[]>> = {
  s3: ['s3://', 's3n://', 's3a://'],
  gcs: ['gcs://', 'gs://'],
  r2: ['r2://'],
  huggingface: ['hf://'],
  aws: [''],
  http: [],
};
