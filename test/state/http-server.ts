import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A server of Terraform's `http` state protocol, for tests, in the manners that real ones have:
 *
 * - `gitlab`: as GitLab's terraform state API. The lock has an address of its own (POST and DELETE on `…/lock`), wants every
 *   field of the description, and is never granted twice, not even to the same ID: 409, with the holder's ID, a user name of
 *   GitLab's own and the time, while Operation, Info, Version and Path are those of the refused request. A POST must name the
 *   lock in the query exactly when the state is locked. Each serial is kept once (422), and a state without one is refused.
 * - `relock`: LOCK and UNLOCK on the state's own address; the holder may lock again, which replaces the description; all
 *   others are refused with 423 and the holder's description. A POST must name the lock, as with GitLab.
 * - `plain`: the least that Terraform needs. One lock, refused with 423 and the description; everything else is taken as it
 *   comes: any POST, any UNLOCK.
 *
 * It keeps any number of states, by name: `/state/<name>`. A log has every request, and `serials` each serial as written.
 */
export interface StateServerOptions {
  readonly kind?: 'gitlab' | 'relock' | 'plain';
  /** `gitlab` that gives back the holder's own description, instead of GitLab's mixture. */
  readonly namesHolder?: boolean;
  /** `relock` that says yes to the holder's second LOCK, but keeps the first description. */
  readonly keepsFirst?: boolean;
  /** `relock` that grants the lock to everybody. */
  readonly grantsAll?: boolean;
  /** Refusals have no body. */
  readonly saysNothing?: boolean;
  readonly auth?: { readonly username: string; readonly password: string };
  /** PEM texts; with `ca`, clients must show a certificate. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
  /** How far the server's clock is off, in milliseconds. */
  readonly clockMs?: number;
  /** Sends no `Date`. */
  readonly noDate?: boolean;
}

/** What a request is, whatever its method. */
export type What = 'get' | 'update' | 'lock' | 'unlock';

/**
 * A fault: what happens to requests instead of an answer.
 * - `drop-before`, `drop-after`: the connection breaks, without or after the effect; `status-after`: the effect, then `status`
 * - `hang-before`, `hang-after`: no answer ever comes
 * - `status`: no effect, and this status
 * - `garbage`: not HTTP; `html`: a page instead of JSON (200); `cut`: the answer breaks off in the middle; `half`: the first half
 *   of the body as if it were whole; `huge`: an answer of a terabyte; `empty`: 200 without a body
 */
export interface Fault {
  readonly on: What;
  readonly how:
    | 'drop-before'
    | 'drop-after'
    | 'hang-before'
    | 'hang-after'
    | 'status'
    | 'status-after'
    | 'garbage'
    | 'html'
    | 'cut'
    | 'half'
    | 'huge'
    | 'empty';
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For how many requests; one where absent. */
  readonly times?: number;
  /** Called when it happens, before anything else. */
  readonly then?: () => void;
}

/** One request as it came in. */
export interface LoggedRequest {
  readonly what: What;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  /** Whether the server did what was asked, or refused it for a reason of its own: a fault did not come before. */
  hadEffect: boolean;
  /** The status that it was answered with; `undefined` where a fault left it without. */
  status?: number;
}

/** One state as the server keeps it. */
export interface ServedState {
  text?: string;
  /** The description of the lock, as it was sent. */
  lock?: Record<string, string>;
  readonly serials: number[];
}

/** A running server. */
export interface StateServer {
  /** The address of the state `name` (`prod` where absent). */
  url(name?: string): string;
  /** The settings of Terraform's `http` backend for a state, waits of 10 ms included. */
  fields(name?: string): Record<string, string>;
  state(name?: string): ServedState;
  readonly log: LoggedRequest[];
  /** Lets requests go wrong, one fault after the other. */
  fail(...faults: readonly Fault[]): void;
  /** Forgets the faults that have not happened. */
  clear(): void;
  close(): Promise<void>;
}

interface Result {
  readonly status: number;
  readonly body?: string;
}

/** Starts a server on a free port of this machine. */
export async function startStateServer(options: StateServerOptions = {}): Promise<StateServer> {
  const { kind = 'gitlab', tls } = options;
  const states = new Map<string, ServedState>();
  const stateOf = (name: string): ServedState => {
    const state = states.get(name) ?? { serials: [] };
    states.set(name, state);
    return state;
  };
  const log: LoggedRequest[] = [];
  const faults: { fault: Fault; remaining: number }[] = [];
  const nextFault = (what: What): Fault | undefined => {
    const next = faults.find(({ fault, remaining }) => fault.on === what && remaining > 0);
    if (next !== undefined) next.remaining -= 1;
    return next?.fault;
  };

  const listener: RequestListener = (request, response) => {
    void answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const url = new URL(path, 'http://server');
    const [, , name = '', sub] = url.pathname.split('/');
    const what = whatIs(method, sub);
    const logged: LoggedRequest = { what, method, path, headers, body, hadEffect: false };
    log.push(logged);
    const fault = nextFault(what);
    fault?.then?.();
    const isBefore = fault?.how === 'drop-before' || fault?.how === 'hang-before' || fault?.how === 'status';
    logged.hadEffect = !isBefore;
    const isLetIn = isAllowed(headers.authorization, options.auth);
    const result = isBefore
      ? { status: fault.status ?? 500 }
      : isLetIn
        ? serve(options, stateOf(decodeURIComponent(name)), what, body, url.searchParams.get('ID'))
        : { status: headers.authorization === undefined ? 401 : 403 };
    respond(response, result, fault, logged);
  };
  const respond = (
    response: ServerResponse,
    result: Result,
    fault: Fault | undefined,
    logged: LoggedRequest,
  ): void => {
    const { body = '' } = result;
    const date =
      options.noDate === true ? {} : { Date: new Date(Date.now() + (options.clockMs ?? 0)).toUTCString() };
    response.sendDate = false;
    const end = (status: number, text: string, more: Record<string, string> = {}): void => {
      logged.status = status;
      response.writeHead(status, { ...date, ...fault?.headers, ...more }).end(text);
    };
    switch (fault?.how) {
      case 'drop-before':
      case 'drop-after':
        response.destroy();
        return;
      case 'hang-before':
      case 'hang-after':
        return;
      case 'garbage':
        response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n');
        return;
      case 'cut':
        response.writeHead(200, { ...date, 'Content-Length': body.length + 1000 }).write(body);
        setTimeout(() => response.destroy(), 20);
        return;
      case 'huge':
        response.writeHead(result.status, { ...date, 'Content-Length': 1e12 }).write('x');
        return;
      case 'html':
        end(200, '<!doctype html><title>Sign in</title>', { 'Content-Type': 'text/html' });
        return;
      case 'half':
        end(result.status, body.slice(0, body.length / 2));
        return;
      case 'empty':
        end(200, '');
        return;
      case 'status':
      case 'status-after':
        end(fault.status ?? 500, fault.body ?? '');
        return;
      case undefined:
        end(result.status, options.saysNothing === true && result.status >= 400 ? '' : body);
    }
  };

  const server =
    tls === undefined
      ? createHttpServer(listener)
      : createHttpsServer({ ...tls, requestCert: tls.ca !== undefined }, listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const url = (name = 'prod'): string =>
    `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/state/${encodeURIComponent(name)}`;
  return {
    url,
    fields(name) {
      const address = url(name);
      const waits = { retry_wait_min: '0.01', retry_wait_max: '0.05' };
      if (kind !== 'gitlab') return { address, lock_address: address, unlock_address: address, ...waits };
      const lock = { lock_address: `${address}/lock`, lock_method: 'POST' };
      return { address, ...lock, unlock_address: `${address}/lock`, unlock_method: 'DELETE', ...waits };
    },
    state: (name = 'prod') => stateOf(name),
    log,
    fail: (...all) => {
      faults.push(...all.map((fault) => ({ fault, remaining: fault.times ?? 1 })));
    },
    clear: () => {
      faults.length = 0;
    },
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await Promise.race([closed, sleep(5000)]);
    },
  };
}

function whatIs(method: string, sub: string | undefined): What {
  if (sub === 'lock') return method === 'DELETE' ? 'unlock' : 'lock';
  if (method === 'LOCK') return 'lock';
  if (method === 'UNLOCK') return 'unlock';
  return method === 'GET' ? 'get' : 'update';
}

function isAllowed(header: string | undefined, auth: StateServerOptions['auth']): boolean {
  if (auth === undefined) return true;
  const wanted = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  return header === `Basic ${wanted}`;
}

function serve(
  options: StateServerOptions,
  state: ServedState,
  what: What,
  body: string,
  id: string | null,
): Result {
  const { kind = 'gitlab' } = options;
  if (what === 'get') {
    if (state.text !== undefined) return { status: 200, body: state.text };
    return { status: kind === 'gitlab' ? 204 : 404 };
  }
  if (what === 'update') return update(kind, state, body, id);
  const info = objectIn(body);
  if (what === 'lock') return lock(options, state, info);
  if (kind !== 'plain' && info['ID'] !== undefined && state.lock?.['ID'] !== info['ID']) {
    return kind === 'gitlab' ? { status: 409 } : { status: 409, body: JSON.stringify(state.lock ?? {}) };
  }
  delete state.lock;
  return { status: 200 };
}

function update(
  kind: StateServerOptions['kind'],
  state: ServedState,
  body: string,
  id: string | null,
): Result {
  const { serial } = objectIn(body) as { readonly serial?: unknown };
  if (kind !== 'plain' && (state.lock?.['ID'] ?? null) !== id) {
    return {
      status: 409,
      body: kind === 'gitlab' ? '{"message":"409 Conflict"}' : JSON.stringify(state.lock ?? {}),
    };
  }
  if (kind === 'gitlab') {
    if (typeof serial !== 'number') return { status: 422, body: '{"message":"No serial in payload"}' };
    if (state.serials.includes(serial)) return { status: 422, body: '{"message":"duplicate key"}' };
  }
  state.text = body;
  state.serials.push(Number(serial));
  return { status: 200 };
}

function lock(options: StateServerOptions, state: ServedState, info: Record<string, string>): Result {
  const { kind = 'gitlab', namesHolder, keepsFirst, grantsAll } = options;
  const wanted = ['ID', 'Operation', 'Info', 'Who', 'Version', 'Created', 'Path'];
  const missing = wanted.filter((key) => typeof info[key] !== 'string');
  if (kind === 'gitlab' && missing.length > 0) {
    return { status: 400, body: JSON.stringify({ error: `${missing.join(', ')} is missing` }) };
  }
  const { lock: holder } = state;
  const isAgain = kind === 'relock' && holder?.['ID'] === info['ID'];
  if (holder === undefined || isAgain || grantsAll === true) {
    if (!isAgain || keepsFirst !== true) state.lock = info;
    return { status: 200 };
  }
  if (kind !== 'gitlab') return { status: 423, body: JSON.stringify(holder) };
  const { ID, Created } = holder;
  const told = namesHolder === true ? holder : { ...info, ID, Created, Who: 'a-gitlab-user' };
  return { status: 409, body: JSON.stringify(told) };
}

function objectIn(text: string): Record<string, string> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? { ...(json as Record<string, string>) } : {};
  } catch {
    return {};
  }
}
