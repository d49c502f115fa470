import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What the server asks for, message by message: each after an answer to the one before. */
type LoginStep = 'password' | 'md5' | 'sasl' | 'other-sasl' | 'wrong-nonce' | 'gss' | 'ok';

/** How the server behaves. */
interface PostgresServerOptions {
  readonly login?: readonly LoginStep[];
  readonly isStandby?: boolean;
  readonly isReadOnly?: boolean;
  /** PEM texts; without them it has no TLS. */
  readonly certificate?: { readonly key: string; readonly cert: string } | undefined;
}

/** A server that speaks just enough of PostgreSQL's protocol (docs, "Message Formats") to log in and to answer one query. */
interface PostgresServer {
  readonly port: number;
  /** How often a password, or something made of it, was sent. */
  readonly passwords: () => number;
  /** How many sessions were open. */
  readonly sessions: () => number;
  close(): Promise<void>;
}

const SSL_REQUEST = 80877103;

/** Starts it on 127.0.0.1. */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const sockets = new Set<Socket>();
  const counts = { passwords: 0, sessions: 0 };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (first) => {
      if (first.readInt32BE(4) !== SSL_REQUEST) {
        serve(socket, options, counts);
        return;
      }
      socket.write(options.certificate === undefined ? 'N' : 'S');
      if (options.certificate === undefined) return;
      const secure = new TLSSocket(socket, { isServer: true, ...options.certificate });
      secure.on('error', () => undefined);
      secure.once('data', () => {
        serve(secure, options, counts);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    passwords: () => counts.passwords,
    sessions: () => counts.sessions,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}

function serve(
  socket: Socket,
  { login = ['ok'], isStandby = false, isReadOnly = false }: PostgresServerOptions,
  counts: { passwords: number; sessions: number },
): void {
  const steps = [...login];
  const next = (): void => {
    const step = steps.shift();
    if (step === undefined) return;
    socket.write(STEPS[step]);
    if (step !== 'ok') return;
    counts.sessions += 1;
    socket.write(READY);
  };
  socket.on('data', (data) => {
    const kind = String.fromCharCode(data[0] ?? 0);
    if (kind === 'p') {
      counts.passwords += 1;
      next();
    } else socket.write(answersTo(data, isStandby, isReadOnly));
  });
  next();
}

/** The answers to a packet of the extended protocol: one row for the statement that asks what kind of server this is. */
function answersTo(packet: Buffer, isStandby: boolean, isReadOnly: boolean): Buffer {
  const answers: Buffer[] = [];
  let isAsked = false;
  for (let at = 0; at + 5 <= packet.length; at += 1 + packet.readInt32BE(at + 1)) {
    switch (String.fromCharCode(packet[at] ?? 0)) {
      case 'P':
        isAsked = packet
          .toString('utf8', at, at + 1 + packet.readInt32BE(at + 1))
          .includes('pg_is_in_recovery');
        answers.push(message('1'));
        break;
      case 'B':
        answers.push(message('2'));
        break;
      case 'D':
        answers.push(message('T', int16(2), column('standby', 16), column('read_only', 25)));
        break;
      case 'E':
        if (isAsked) {
          answers.push(message('D', int16(2), cell(isStandby ? 't' : 'f'), cell(isReadOnly ? 'on' : 'off')));
        }
        answers.push(message('C', Buffer.from(`SELECT ${isAsked ? 1 : 0}\0`)));
        break;
      case 'S':
        answers.push(READY);
        break;
    }
  }
  return Buffer.concat(answers);
}

function message(kind: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(kind), int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function column(name: string, type: number): Buffer {
  return Buffer.concat([
    Buffer.from(`${name}\0`),
    int32(0),
    int16(0),
    int32(type),
    int16(-1),
    int32(-1),
    int16(0),
  ]);
}

function cell(text: string): Buffer {
  return Buffer.concat([int32(text.length), Buffer.from(text)]);
}

const READY = message('Z', Buffer.from('I'));
const STEPS: Readonly<Record<LoginStep, Buffer>> = {
  ok: message('R', int32(0)),
  password: message('R', int32(3)),
  md5: message('R', int32(5), Buffer.from('salt')),
  sasl: message('R', int32(10), Buffer.from('SCRAM-SHA-256\0\0')),
  'other-sasl': message('R', int32(10), Buffer.from('OAUTHBEARER\0\0')),
  'wrong-nonce': message('R', int32(11), Buffer.from('r=somebody-elses-nonce,s=c2FsdA==,i=4096')),
  gss: message('R', int32(7)),
};
