import { HttpError } from '../sdk/index.js';

/** Parts of the API that may be under another version: those whose v2 twins public clients know (management API contract). */
type ApiPart = 'secrets' | 'users/current' | 'organizations/current';

/** The API says of a part that it has none. */
const ABSENT = [404, 410];

/**
 * Which version of the API answers for a part of it: v1, unless it has no such part and v2 gives a good answer. Found out by the first
 * call, without another one where v1 answers.
 */
export class ApiVersions {
  readonly #found = new Map<ApiPart, string>();
  readonly #log: ((message: string) => void) | undefined;

  constructor(log: ((message: string) => void) | undefined) {
    this.#log = log;
  }

  /** The path of a part, as far as it is known. */
  path(part: ApiPart): string {
    return this.#found.get(part) ?? `/v1/${part}`;
  }

  /**
   * Makes a call that tells whether the API has the part.
   * @param call makes it under the given path; a body that does not decode is an HttpError
   * @throws HttpError of v1 where neither version gives a good answer
   */
  async find<Answer>(part: ApiPart, call: (path: string) => Promise<Answer>): Promise<Answer> {
    const known = this.#found.get(part);
    if (known !== undefined) return call(known);
    try {
      const answer = await call(`/v1/${part}`);
      this.#found.set(part, `/v1/${part}`);
      return answer;
    } catch (error) {
      if (!(error instanceof HttpError) || !ABSENT.includes(error.status ?? 0)) throw error;
      return this.#inV2(part, call, error);
    }
  }

  async #inV2<Answer>(
    part: ApiPart,
    call: (path: string) => Promise<Answer>,
    first: HttpError,
  ): Promise<Answer> {
    const path = `/v2/${part}`;
    try {
      const answer = await call(path);
      this.#found.set(part, path);
      this.#log?.(`the API has no /v1/${part} (status ${String(first.status)}): ${path} answers`);
      return answer;
    } catch (error) {
      throw error instanceof HttpError ? first : error;
    }
  }
}
