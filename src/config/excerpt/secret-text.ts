/** Longer text may hold anything, and no message needs it. */
const LONGEST = 200;

/** Text that may be a credential whatever its place: a URL with a password in it, several lines, very long text. */
export function looksLikeSecret(text: string): boolean {
  return text.length > LONGEST || text.includes('\n') || hasPassword(text);
}

/** Whether a connection string has a password in it: in its authority, its query, or among `key=value` words. */
export function hasPassword(text: string): boolean {
  // The start is enough: no URL is longer, and the time that these tests take grows with the square of the length.
  const start = text.slice(0, 4096);
  return (
    /:\/\/[^/?#\s]*:[^/?#]*@/.test(start) || /(^|[?&;\s])\w*(password|passwd|pwd|accountkey)\s*=/i.test(start)
  );
}
