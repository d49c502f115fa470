/** One measurement of `state.ts`: fills a backend where it is empty, then reads and writes, and prints milliseconds of CPU. */
import type { StateData, StateRecord } from '../../src/model/index.js';
import { httpSettings } from '../../src/state/http/settings.js';
import { httpStore } from '../../src/state/http/store.js';
import { decodeState, encodeState } from '../../src/state/index.js';
import { localStore } from '../../src/state/local/store.js';
import type { StateStore } from '../../src/state/index.js';
import { postgresStore } from '../../src/state/postgres/store.js';
import { runScope } from '../scope.js';
import { connectTo } from '../state/postgres-clients.js';

const [backend = '', place = ''] = process.argv.slice(2);
const RECORDS = 10_000;

function record(at: number): StateRecord {
  const name = `SECRET_${String(at).padStart(5, '0')}`;
  return {
    address: `secret.helios.${name}`,
    id: `3fa85f64-5717-4562-b3fc-${String(at).padStart(12, '0')}`,
    appliedAt: '2026-01-31T09:30:00.000Z',
    changedAt: '2026-01-31T09:30:00Z',
    changedBy: 'user:ci-bot@example.com',
    fields: {},
    fingerprints: { value: 'hmac-sha256:3q2-7w3q2-7w3q2-7w3q2-7w3q2-7w3q2-7w3q2-7w0' },
    sensitiveFields: ['value'],
    dependsOn: [],
  };
}

const filled: StateData = {
  version: 2,
  serial: 1,
  lineage: 'bench',
  stack: 'bench',
  systems: {},
  records: Array.from({ length: RECORDS }, (_, at) => record(at)),
};

function open(): StateStore {
  const common = { stack: 'bench', toolVersion: '0', now: () => new Date() };
  if (backend === 'local') return localStore({ ...common, path: 'bench.state.json', cwd: place });
  if (backend === 'http') {
    const fields = JSON.parse(place) as Record<string, string>;
    return httpStore({ ...common, env: {}, settings: httpSettings(fields, runScope()) });
  }
  return postgresStore({ ...common, connect: connectTo(place), location: 'bench' });
}

/** Milliseconds of CPU, user and system, that something takes. */
async function cpu<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  return { result, ms: (user + system) / 1000 };
}

/** One change of one record; all others are the very same objects. */
function changed(state: StateData): StateData {
  const records = state.records.map((one, at) =>
    at === 5000 ? { ...one, changedBy: String(state.serial) } : one,
  );
  return { ...state, serial: state.serial + 1, records };
}

if (backend === 'json') {
  const text = encodeState(filled);
  const read = await cpu(() => Promise.resolve(decodeState(text, 'bench', 'bench')));
  const write = await cpu(() => Promise.resolve(encodeState(changed(read.result))));
  console.log(JSON.stringify({ read: read.ms, write: write.ms }));
} else {
  const first = open();
  if ((await first.read()) === undefined) await first.write(filled, 0);
  await first.close();
  const store = open();
  const { signal } = new AbortController();
  const lock = await store.lock({ operation: 'bench', timeoutMs: 0, onWait: () => undefined, signal });
  const read = await cpu(() => store.read());
  const state = read.result ?? filled;
  const write = await cpu(() => store.write(changed(state), state.serial, lock));
  await lock.release();
  await store.close();
  console.log(JSON.stringify({ read: read.ms, write: write.ms }));
}
