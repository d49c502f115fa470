import { once } from 'node:events';
import { codeOf, lockRequest, stateOf } from '../contract.js';
import { storeAt } from '../postgres-clients.js';

/** A process that takes the lock, says so, waits for a line, and then says what became of its write. */
const store = storeAt(process.argv[2] ?? '', { leaseMs: 1500 });
const lock = await store.lock(lockRequest());
console.log('locked');
await once(process.stdin, 'data');
console.log(await codeOf(store.write(stateOf(1), 0, lock)));
await lock.release();
await store.close();
process.stdin.destroy();
