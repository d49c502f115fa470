import { startHelios, type HeliosOptions, type HeliosSandbox } from './index.js';

/** An answer of the sandbox, with its body as text and (where it is JSON) parsed. */
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** Calls the sandbox; the body goes out as JSON, a string as it stands. */
export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** Calls under a base URL with these headers. Rejects as `fetch` does where no whole answer comes. */
export function caller(base: string, headers: Record<string, string>): Call {
  return async (method, path, body) => {
    const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${base}${path}`, {
      method,
      headers,
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    const isJson =
      text !== '' && response.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : null,
    };
  };
}

/** A started sandbox and its callers. */
export interface Bench {
  readonly sandbox: HeliosSandbox;
  /** Calls with the API key of this name. */
  readonly as: (key: string) => Call;
  /** Creates a secret with this key and gives its id. */
  readonly create: (key: string, name: string, value?: string) => Promise<string>;
  /** The id of the user with this first part of the e-mail address. */
  readonly user: (name: string) => string;
  readonly team: (name: string) => string;
  readonly close: () => Promise<void>;
}

/** Starts a sandbox with short hands for driving it. */
export async function openBench(options: HeliosOptions = {}): Promise<Bench> {
  const sandbox = await startHelios(options);
  const known = <T>(found: T | undefined, name: string): T => {
    if (found === undefined) throw new Error(`The sandbox has no ${name}.`);
    return found;
  };
  const as = (key: string): Call => {
    const { token } = known(
      [...sandbox.world.keys.values()].find(({ name }) => name === key),
      key,
    );
    return caller(`${sandbox.url}/v1`, { authorization: `Bearer ${token}` });
  };
  return {
    sandbox,
    as,
    create: async (key, name, value = 'v1') => {
      const answer = await as(key)('POST', '/secrets', { name, value });
      if (answer.status !== 200) throw new Error(`Creating ${name} gave ${answer.status}.`);
      return known(
        [...sandbox.world.secrets.values()].find((secret) => secret.name === name && !secret.removal),
        name,
      ).secretID;
    },
    user: (name) =>
      known(
        [...sandbox.world.users.values()].find((user) => user.email === `${name}@example.com`),
        name,
      ).userID,
    team: (name) =>
      known(
        [...sandbox.world.teams.values()].find((team) => team.name === name),
        name,
      ).teamID,
    close: () => sandbox.close(),
  };
}
