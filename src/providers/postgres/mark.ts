/**
 * The mark in the COMMENT of every managed server, as the last line: the stack that manages it. Text above it is kept.
 */
export function markFor(stack: string): string {
  return `managed by secrets (stack ${stack})`;
}

/** The stack that a server's comment names; `undefined` for a comment without a mark. */
export function parseMark(comment: string | null | undefined): string | undefined {
  return /(?:^|\n)managed by secrets \(stack ([^\n]+)\)$/.exec(comment ?? '')?.[1];
}

/** The same as a POSIX regular expression, for SQL; its first group is the stack. */
export const MARK_PATTERN = String.raw`(?:^|\n)managed by secrets \(stack ([^\n]+)\)$`;
