/** Replaces a value. */
const MASK = '(sensitive value)';

/**
 * Removes values from a server's message. Messages name objects, but a failed conversion names the value. Masks whole values,
 * values as SQL quotes them, and every quoted text that is part of a value.
 * @param values the revealed values of the batch
 */
export function redact(message: string, values: readonly string[]): string {
  const known = values.filter((value) => value !== '').sort((a, b) => b.length - a.length);
  let text = message;
  for (const value of known.filter(({ length }) => length >= 4)) {
    for (const form of new Set([value, value.replaceAll("'", "''"), value.replaceAll('\\', '\\\\')])) {
      text = text.replaceAll(form, MASK);
    }
  }
  // DuckDB nests quotes: 'Could not convert string 'maybe' to BOOL'.
  text = text.replace(/(Could not convert string )'[\s\S]*'( to )/g, `$1'${MASK}'$2`);
  text = text.replace(/'([^']+)'|"([^"]+)"/g, (whole, single?: string, double?: string) => {
    const part = single ?? double ?? '';
    if (known.includes(part)) return MASK;
    return part.length >= 8 && known.some((value) => value.includes(part)) ? MASK : whole;
  });
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}
