/** The SQLSTATE of an error that the server sent. */
export function sqlState(error: unknown): string | undefined {
  const code = property(error, 'code');
  return property(error, 'severity') !== undefined && code !== undefined && /^[0-9A-Z]{5}$/.test(code)
    ? code
    : undefined;
}

/** Node's code of an error (`ECONNREFUSED`); of the first one where several addresses were tried. */
export function nodeCode(error: unknown): string | undefined {
  if (error instanceof AggregateError && property(error, 'code') === undefined) {
    return nodeCode((error.errors as readonly unknown[])[0]);
  }
  return property(error, 'code');
}

/** The message of an error, of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A text property of an error. */
function property(error: unknown, name: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = (error as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}
