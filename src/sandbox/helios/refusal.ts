/**
 * A call that the emulated API (or its control endpoint) turns down: an HTTP status of 400 or more and one
 * sentence. The sentence never holds anything of a request body.
 */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}
