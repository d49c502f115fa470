/**
 * The mark that every server carries in its COMMENT, as the last line: which stack keeps it. What a person wrote above it stays.
 */
export function markFor(stack: string): string {
  return `managed by secrets (stack ${stack})`;
}

/** The stack that a server's comment names; `undefined` for a comment without a mark. */
export function parseMark(comment: string | null | undefined): string | undefined {
  return /(?:^|\n)managed by secrets \(stack ([^\n]+)\)$/.exec(comment ?? '')?.[1];
}

/** The same, for the server: a POSIX regular expression whose first group is the stack. */
export const MARK_PATTERN = String.raw`(?:^|\n)managed by secrets \(stack ([^\n]+)\)$`;
