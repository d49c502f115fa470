import { timingSafeEqual } from 'node:crypto';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/*
 * PGlite lets everybody in. Behind a Unix socket in a folder of this user that is right; on a TCP port every user of the machine could
 * connect. So the port asks for a password, and hands the connection to the socket only then (PostgreSQL docs, "Message Flow":
 * Start-up, and "Message Formats").
 */

const PROTOCOL_3 = 196_608;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const PASSWORD = 0x70; // 'p'
/** AuthenticationCleartextPassword. Nothing leaves this machine. */
const ASK = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
/** PostgreSQL's own limit of both messages. In bytes. */
const LONGEST = 10_000;
/** How long a login may take. */
const LOGIN_MS = 10_000;

/** A TCP port that asks for a password. */
export interface Gateway {
  readonly port: number;
  close(): Promise<void>;
}

/** What a gateway stands before. */
export interface GatewayOptions {
  /** A port of 127.0.0.1; 0 for any free one. */
  readonly port: number;
  readonly password: string;
  /** The Unix socket of the database. */
  readonly socket: string;
}

/** Opens a port. @throws Node's error where it is in use */
export async function startGateway({ port, password, socket }: GatewayOptions): Promise<Gateway> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    admit(client, password, socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const client of open) client.destroy();
      }),
  };
}

/** Asks a client for the password, and connects it to the database. */
function admit(client: Socket, password: string, socket: string): void {
  let received = Buffer.alloc(0);
  let startup: Buffer | undefined;
  client.setTimeout(LOGIN_MS, () => client.destroy());
  client.on('error', () => client.destroy());
  const listen = (data: Buffer): void => {
    received = Buffer.concat([received, data]);
    for (;;) {
      const message = nextMessage(received, startup !== undefined);
      if (message === 'wrong') return void client.destroy();
      if (message === undefined) return;
      received = received.subarray(message.byteLength);
      if (startup !== undefined) {
        client.off('data', listen);
        if (isPassword(message, password)) connect(client, socket, Buffer.concat([startup, received]));
        else client.end(refusal('28P01', 'password authentication failed'));
        return;
      }
      const code = message.readInt32BE(4);
      if (code === SSL_REQUEST || code === GSS_REQUEST) client.write('N');
      else if (code !== PROTOCOL_3) return void client.destroy();
      else {
        startup = message;
        client.write(ASK);
      }
    }
  };
  client.on('data', listen);
}

/** The first whole message of some bytes; the startup messages have no type byte. */
function nextMessage(bytes: Buffer, hasType: boolean): Buffer | 'wrong' | undefined {
  const offset = hasType ? 1 : 0;
  if (bytes.byteLength < offset + 4) return undefined;
  const length = bytes.readInt32BE(offset);
  if (length < (hasType ? 4 : 8) || length > LONGEST) return 'wrong';
  return bytes.byteLength < offset + length ? undefined : bytes.subarray(0, offset + length);
}

function isPassword(message: Buffer, password: string): boolean {
  const given = message.subarray(5, -1);
  const wanted = Buffer.from(password);
  return message[0] === PASSWORD && given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
}

function connect(client: Socket, socket: string, first: Buffer): void {
  client.setTimeout(0);
  const database = createConnection(socket);
  const end = (): void => {
    client.destroy();
    database.destroy();
  };
  database.on('error', end).on('close', end);
  client.on('close', end);
  database.write(first);
  client.pipe(database);
  database.pipe(client);
}

/** An ErrorResponse. */
function refusal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head[0] = 0x45; // 'E'
  head.writeInt32BE(4 + fields.byteLength, 1);
  return Buffer.concat([head, fields]);
}
