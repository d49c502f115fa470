/*
 * Loaded into the command before anything else (NODE_OPTIONS=--import=…): counts what the process writes, and lets one of these
 * writes go wrong. A write is a call of `node:fs/promises` that changes something, an HTTP request other than GET, or a message
 * to PostgreSQL that is more than a question. What goes to stdout, stderr and pipes is none.
 *
 * CRASH_POINT   which write: its number, from 1, or the beginning of its label; absent: they are only counted
 * CRASH_MODE    kill-before  SIGKILL instead of it
 *               kill-after   it takes effect, then SIGKILL before anybody hears of it
 *               fail         it fails without an effect: ENOSPC, or a connection that breaks
 *               lose         it takes effect, and looks as if it had failed: EIO, or a connection that breaks
 *               down         from then on all files, or that server, are as with `fail`
 *               pause        it waits until the file CRASH_GATE is there
 * CRASH_REPORT  a file: a line for each write, of which the chosen one starts with `>`, and one with `=` for each serial that this
 *               process gave to a local state
 * CRASH_SKEW_MS how far this machine's clock is off
 */
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { basename } from 'node:path';

const { CRASH_POINT, CRASH_MODE = '', CRASH_REPORT, CRASH_GATE, CRASH_SKEW_MS = '0' } = process.env;
/** A number, or the beginning of a label and how many of those come before (`http POST/#2`). */
const chosen =
  CRASH_POINT === undefined || Number.isNaN(Number(CRASH_POINT)) ? CRASH_POINT : Number(CRASH_POINT);
let count = 0;
let named = 0;
/** What is down for good: `fs`, or a server. */
let down;

/** Adds a line to the report, with the time by a clock that all processes of this machine share. */
function report(line) {
  if (CRASH_REPORT === undefined) return;
  fs.appendFileSync(CRASH_REPORT, `${line}\t${process.hrtime.bigint()}\n`);
}

/** Counts a write; says whether it is the one, or is bound to fail. */
function reached(label, place) {
  count += 1;
  const isIt =
    chosen === undefined ? undefined : typeof chosen === 'number' ? count === chosen : isNamed(label);
  report(isIt ? `> ${label}` : label);
  if (isIt && CRASH_MODE === 'down') down = place;
  if (down !== undefined && down === place) return 'fail';
  return isIt ? CRASH_MODE : undefined;
}

function isNamed(label) {
  const [beginning, before] = chosen.split('/#');
  if (!label.startsWith(beginning)) return false;
  named += 1;
  return named === Number(before ?? 0) + 1;
}

function die() {
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way: nothing may happen until it is there.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Resolves when somebody opens the gate. */
function gate() {
  return new Promise((resolve) => {
    const look = () => {
      if (fs.existsSync(CRASH_GATE)) resolve();
      else setTimeout(look, 20);
    };
    look();
  });
}

const failure = (code, call) => Object.assign(new Error(`${code}: ${call}`), { code, syscall: call });

/** Does a call of the file system, or lets it go wrong. */
async function onFiles(label, call) {
  switch (reached(`fs ${label}`, 'fs')) {
    case 'kill-before':
      return die();
    case 'kill-after':
      await call();
      return die();
    case 'fail':
      throw failure('ENOSPC', label);
    case 'lose':
      await call();
      throw failure('EIO', label);
    case 'pause':
      await gate();
      return call();
    default:
      return call();
  }
}

/** A file's part in a label: ids and serials would tell runs apart. */
function shown(path) {
  return basename(String(path))
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replace(/\.\d+(?=\.|$)/, '.SERIAL')
    .replace(/\.key\.[0-9a-f]{12}$/, '.key.ID')
    .replace(/rescued-\d+-[0-9a-z]+/, 'rescued');
}

for (const name of ['writeFile', 'link', 'rename', 'rm', 'copyFile', 'mkdir']) {
  const real = fsp[name];
  const target = name === 'link' || name === 'rename' || name === 'copyFile' ? 1 : 0;
  fsp[name] = (...args) =>
    onFiles(`${name} ${shown(args[target])}`, async () => {
      const result = await real.apply(fsp, args);
      const serial = /\.state\.json\.(\d+)$/.exec(String(args[target]))?.[1];
      if (name === 'link' && serial !== undefined) report(`= ${serial}`);
      return result;
    });
}
const names = new WeakMap();
const { O_WRONLY, O_RDWR, O_CREAT } = fs.constants;
const isReading = (flags) =>
  typeof flags === 'number' ? (flags & (O_WRONLY | O_RDWR | O_CREAT)) === 0 : flags === 'r';
const realOpen = fsp.open;
fsp.open = async (path, flags = 'r', ...rest) => {
  const open = () => realOpen.call(fsp, path, flags, ...rest);
  const handle = await (isReading(flags) ? open() : onFiles(`open ${shown(path)}`, open));
  if (handle !== undefined) names.set(handle, shown(path));
  return handle;
};
const probe = await realOpen.call(fsp, '/dev/null');
const handles = Object.getPrototypeOf(probe);
await probe.close();
for (const name of ['write', 'writeFile', 'sync']) {
  const real = handles[name];
  handles[name] = function (...args) {
    return onFiles(`${name} ${names.get(this) ?? ''}`, () => real.apply(this, args));
  };
}
syncBuiltinESMExports();

/** What a socket speaks: `http`, or the name of the database; by its first bytes. */
const speech = new WeakMap();
const QUESTION = /^(BEGIN READ ONLY|SELECT pg_catalog\.json_build_object|SELECT layout|SELECT n\.oid)/;

/** The label of what is about to be sent; `undefined` where it is no write. */
function labelOf(socket, text) {
  const request = /^([A-Z]+) (\S+) HTTP\/1\.1\r\n/.exec(text);
  if (request !== null) {
    speech.set(socket, 'http');
    const path = request[2].replace(/\?.*/, '').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID');
    return request[1] === 'GET' ? undefined : `http ${request[1]} ${path}`;
  }
  if (!speech.has(socket)) {
    const database = /\0database\0([^\0]+)\0/.exec(text)?.[1];
    if (database !== undefined) speech.set(socket, database.replace(/_\d.*/, ''));
    return undefined;
  }
  if (speech.get(socket) === 'http') return undefined;
  const sql = lastStatement(text);
  if (sql === undefined || QUESTION.test(sql)) return undefined;
  return `pg ${speech.get(socket)} ${/^\w+/.exec(sql)?.[0] ?? ''}`;
}

/**
 * The last statement of a packet to PostgreSQL (Q and P messages of its protocol): those before it pin the path and look whether
 * the state may be trusted.
 */
function lastStatement(text) {
  let sql;
  for (let at = 0; at + 5 <= text.length;) {
    const length = Buffer.from(text.slice(at + 1, at + 5), 'latin1').readUInt32BE();
    const body = text.slice(at + 5, at + 1 + length);
    const found = { Q: /^()([^\0]+)/, P: /^([^\0]*)\0([^\0]+)/ }[text[at]]?.exec(body)?.[2];
    if (found !== undefined) sql = found.trim();
    at += 1 + length;
  }
  return sql;
}

function textOf(writev, data, encoding) {
  if (!writev) return typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
  return data.map((one) => textOf(false, one.chunk ?? one, one.encoding ?? encoding)).join('');
}

/** Where a socket leads: two databases of one server are two places. */
const placeOf = (socket) => `${socket.remotePort} ${speech.get(socket) ?? ''}`;

const reset = () => failure('ECONNRESET', 'read');

/** Calls back once the first byte of an answer is there, and lets nobody hear of it before. */
function onAnswer(socket, then) {
  const push = socket.push;
  socket.push = function (chunk, ...rest) {
    socket.push = push;
    if (chunk === null) return push.call(this, chunk, ...rest);
    then();
    return true;
  };
}

const send = net.Socket.prototype._writeGeneric;
net.Socket.prototype._writeGeneric = function (writev, data, encoding, done) {
  const goOn = () => send.call(this, writev, data, encoding, done);
  // It comes by once more when the connection is there; pipes have no port.
  if (this.connecting || this.remotePort === undefined) return goOn();
  const label = labelOf(this, textOf(writev, data, encoding));
  if (label === undefined) {
    if (down === undefined || down !== placeOf(this)) return goOn();
    this.destroy(reset());
    return done(reset());
  }
  switch (reached(label, placeOf(this))) {
    case 'kill-before':
      return die();
    case 'kill-after':
      onAnswer(this, die);
      return goOn();
    case 'fail':
      this.destroy(reset());
      return done(reset());
    case 'lose':
      onAnswer(this, () => this.destroy(reset()));
      return goOn();
    case 'pause':
      return gate().then(goOn);
    default:
      return goOn();
  }
};

const skew = Number(CRASH_SKEW_MS);
if (skew !== 0) {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...args) {
      if (args.length === 0) super(Real.now() + skew);
      else super(...args);
    }
    static now() {
      return Real.now() + skew;
    }
  };
}
