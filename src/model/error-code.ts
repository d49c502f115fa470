/** The code of a system error (`ENOENT`, `EACCES`, …); `undefined` where an error has none, or where it is no error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
