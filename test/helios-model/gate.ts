import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A door before the API: each request waits until `pass` lets it through. */
export interface Gate {
  readonly url: string;
  close(): Promise<void>;
}

/** Opens a gate on 127.0.0.1 before a server. @param pass resolves when a request may go on; gives what to do when it is answered */
export async function openGate(
  target: string,
  pass: (request: IncomingMessage) => Promise<(() => void) | undefined>,
): Promise<Gate> {
  const server = createServer((request, response) => {
    const forward = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const answered = await pass(request);
      const { authorization = '', 'content-type': type } = request.headers;
      const answer = await fetch(`${target}${request.url ?? '/'}`, {
        method: request.method ?? 'GET',
        headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }) },
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      });
      const body = Buffer.from(await answer.arrayBuffer());
      const kept = ['content-type', 'retry-after'].flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, value] as const];
      });
      answered?.();
      response.writeHead(answer.status, Object.fromEntries(kept));
      response.end(body);
    };
    forward().catch(() => {
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Lets two callers through one request at a time, in a given order. */
export interface Turns {
  /** Resolves when it is this one's turn. */
  pass(who: 0 | 1): Promise<undefined>;
  /** This one asks for nothing any more. */
  end(who: 0 | 1): void;
  /** Whose requests went through, in order. */
  readonly taken: readonly (0 | 1)[];
}

/**
 * Makes turns for two callers that have one request under way at most. Nobody goes on before it is clear what the other one
 * wants next, so one order gives one run, whatever the machine is doing meanwhile.
 *
 * @param next who is to go on; where that one has ended, the other one does
 */
export function makeTurns(next: (turn: number) => 0 | 1): Turns {
  const waiting: [(() => void) | undefined, (() => void) | undefined] = [undefined, undefined];
  const ended: [boolean, boolean] = [false, false];
  const taken: (0 | 1)[] = [];
  const turn = (): void => {
    if (([0, 1] as const).some((who) => !ended[who] && waiting[who] === undefined)) return;
    const wanted = next(taken.length);
    const who = ended[wanted] ? (wanted === 0 ? 1 : 0) : wanted;
    const go = waiting[who];
    if (go === undefined) return;
    waiting[who] = undefined;
    taken.push(who);
    go();
  };
  return {
    taken,
    pass: async (who) => {
      if (ended[who]) return undefined;
      await new Promise<void>((resolve) => {
        waiting[who] = resolve;
        turn();
      });
      return undefined;
    },
    end: (who) => {
      ended[who] = true;
      turn();
    },
  };
}
