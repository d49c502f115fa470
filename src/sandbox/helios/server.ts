import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { FaultRule, Faults } from './faults.js';
import { bearerToken } from './identities.js';
import type { RequestLog } from './log.js';
import { answer, patternOf, type ApiRequest, type Reply, type Variant } from './routes.js';
import { pause, readBody, send, sendHalf } from './wire.js';
import type { World } from './world.js';

/** What the HTTP layer serves. */
export interface Site {
  readonly world: World;
  readonly variant: Variant;
  readonly faults: Faults;
  readonly log: RequestLog;
  /** Answers requests under `/_sandbox/`. */
  readonly control: (request: ApiRequest, controlToken: string | undefined) => Reply;
}

const tooLarge: Reply = { status: 413, body: { error: 'The request body is larger than 16 MB.' } };

const proxyPage =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n';

/** The bad answer of a `status`, `html` or `garbage` rule. */
function badReply(rule: FaultRule): Reply {
  const { body, retryAfter } = rule;
  if (rule.kind === 'html') {
    return { status: 502, headers: { 'content-type': 'text/html' }, body: body ?? proxyPage };
  }
  if (rule.kind === 'garbage') {
    const headers = { 'content-type': 'application/json' };
    return { status: 200, headers, body: body ?? '{"unexpected":[42,null,{"secrets":"none"}]}' };
  }
  const status = rule.status ?? 500;
  return {
    status,
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
    body: body ?? `injected status ${String(status)}`,
  };
}

/** Handles a request of the API under a rule; returns the status that was sent, null where none was. */
function misbehave(rule: FaultRule, response: ServerResponse, handle: () => Reply): number | null {
  switch (rule.kind) {
    case 'timeout-before':
      return null;
    case 'timeout-after':
      handle();
      return null;
    case 'reset-before':
      response.socket?.resetAndDestroy();
      return null;
    case 'reset-after':
      handle();
      response.socket?.resetAndDestroy();
      return null;
    case 'truncated': {
      const reply = handle();
      sendHalf(response, reply);
      return reply.status;
    }
    case 'status':
    case 'html':
    case 'garbage': {
      if (rule.effect === true) handle();
      const reply = badReply(rule);
      send(response, reply);
      return reply.status;
    }
    case 'slow': {
      const reply = handle();
      send(response, reply);
      return reply.status;
    }
  }
}

async function serve(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/', ...rest] = (request.url ?? '/').split('?');
  const query = rest.join('?');
  const method = request.method ?? 'GET';
  const body = await readBody(request);
  const call: ApiRequest = {
    method,
    path,
    query: new URLSearchParams(query),
    authorization: request.headers.authorization,
    body: body ?? Buffer.alloc(0),
  };
  const isControl = path.startsWith('/_sandbox/');
  const handle = (): Reply => {
    if (body === undefined) return tooLarge;
    return isControl ? site.control(call, controlToken(request)) : answer(site.world, site.variant, call);
  };
  if (isControl) {
    send(response, handle());
    return;
  }
  const rule = site.faults.next({ method, path, query });
  if (rule?.kind === 'slow') {
    await pause(response, rule.delayMs ?? 1000);
    if (response.destroyed) return;
  }
  const status = respond(rule, response, handle);
  const key = keyName(site.world, call.authorization);
  const fault = rule === undefined ? {} : { fault: rule.kind };
  site.log.add({ method, path, query, status, key, ...fault }, patternOf(path));
}

/** Sends the answer, under a rule where there is one; returns the status that was sent, null where none was. */
function respond(rule: FaultRule | undefined, response: ServerResponse, handle: () => Reply): number | null {
  if (rule !== undefined) return misbehave(rule, response, handle);
  const reply = handle();
  send(response, reply);
  return reply.status;
}

function controlToken({ headers }: IncomingMessage): string | undefined {
  const token = headers['x-sandbox-control'];
  return typeof token === 'string' ? token : undefined;
}

/** The name of the API key of a request, for the log; null for an unknown one. */
function keyName(world: World, authorization: string | undefined): string | null {
  const token = bearerToken(authorization);
  return (token === undefined ? undefined : world.keys.get(token)?.name) ?? null;
}

/** An HTTP server for the site, not listening yet. Never writes to the terminal. */
export function createSiteServer(site: Site): Server {
  const server = createServer((request, response) => {
    serve(site, request, response).catch(() => {
      // The client disconnected during its request, or a defect: never leave the connection hanging.
      response.destroy();
    });
  });
  // Longer than clients keep a connection, so that the server never closes it between two requests.
  server.keepAliveTimeout = 120_000;
  return server;
}
