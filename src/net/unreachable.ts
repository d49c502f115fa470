/** The system did not answer, so nothing can be said about it: exit code 3, the others are still reported. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  /** What the reader can do next. */
  readonly next: string | undefined;

  /**
   * @param message what happened, for people: host and port, never a password or a whole URL with one in it
   * @param next what to do about it
   */
  constructor(message: string, next?: string) {
    super(message);
    this.next = next;
  }
}
