import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/model/index.js';
import type { StateData, StateRecord } from '../../src/model/index.js';
import type { Lock, LockInfo, StateStore } from '../../src/state/index.js';
import { remember } from '../core/plan-input.js';
import { needs } from '../support/services.js';
import type { Service } from '../support/services.js';

/** How a client of a backend is opened. */
export interface ClientOptions {
  readonly stack?: string;
  readonly leaseMs?: number;
  readonly now?: () => Date;
  readonly toolVersion?: string;
}

/** A backend under test: every client is one of its own, as if it were another process. */
export interface BackendUnderTest {
  open(options?: ClientOptions): StateStore;
  close(): Promise<void>;
}

/** Why a backend can't be tested here. */
export interface Missing {
  readonly service: Service;
  readonly problem: string;
}

/** A state of the stack `prod`. */
export function stateOf(
  serial: number,
  records: readonly StateRecord[] = [],
  more: Partial<StateData> = {},
): StateData {
  return { version: 2, serial, lineage: 'L', stack: 'prod', systems: {}, records, ...more };
}

/** A request that does not wait, unless told otherwise. */
export function lockRequest(
  timeoutMs = 0,
  onWait: (holder: LockInfo) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Parameters<StateStore['lock']>[0] {
  return { operation: 'apply', timeoutMs, onWait, signal };
}

/** The code of the problem that a promise ends with, or what happened instead. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'nothing thrown';
  } catch (error) {
    return error instanceof DiagnosticError
      ? (error.diagnostics[0]?.code ?? '')
      : `not a diagnostic: ${String(error)}`;
  }
}

/** The message of the problem that a promise ends with. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing thrown',
    (error: unknown) =>
      error instanceof DiagnosticError ? error.message : `not a diagnostic: ${String(error)}`,
  );
}

/** A process of this machine that has ended: its id belongs to nobody. */
export async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise((done) => child.once('exit', done));
  return child.pid ?? 0;
}

const A = remember('secret.helios.A', { note: 'ä "quoted"\n\\ back' });
const B = remember('secret.helios.B', {}, { protect: true, changedAt: '2026-01-01T00:00:00Z' });
const C = remember('user_mapping.wh.lake/O\'Brien "x"', { a: ['1', { b: null }] });

/**
 * What every backend promises, whichever it is; always with two clients at least.
 * @param has.leases whether a holder on another machine can be taken over once its lease has run out
 */
export function backendContract(
  name: string,
  make: () => Promise<BackendUnderTest | Missing>,
  has: { readonly leases: boolean } = { leases: true },
): void {
  describe(`the backend ${name}`, () => {
    let backend: BackendUnderTest;
    let stacks = 0;
    const open: StateStore[] = [];
    const stackOf = new Map<StateStore, string>();
    let missing: Missing | undefined;
    beforeAll(async () => {
      const made = await make();
      if ('service' in made) missing = made;
      else backend = made;
    });
    beforeEach((context) => {
      if (missing !== undefined) needs(context, missing.service, missing.problem);
    });
    afterAll(async () => {
      if (missing !== undefined) return;
      await Promise.all(open.map((client) => client.close()));
      await backend.close();
    });
    /** Clients of one stack that no other test has. */
    const clients = (count: number, options: readonly ClientOptions[] = []): StateStore[] => {
      const stack = `stack-${(stacks += 1)}`;
      const made = Array.from({ length: count }, (_, index) => backend.open({ stack, ...options[index] }));
      open.push(...made);
      for (const one of made) stackOf.set(one, stack);
      return made;
    };
    const pair = (...options: readonly ClientOptions[]): [StateStore, StateStore] => {
      const [one, two] = clients(2, options);
      if (one === undefined || two === undefined) throw new Error('two clients');
      return [one, two];
    };
    const state = (store: StateStore, serial: number, ...records: readonly StateRecord[]): StateData =>
      stateOf(serial, records, { stack: stackOf.get(store) ?? '' });
    /** A lock whose holder is not this process, and who does not keep it alive. */
    const leaveBehind = (store: StateStore, pid: number, machine?: string): Promise<Lock> =>
      store.lock({ ...lockRequest(), holder: { pid, ...(machine === undefined ? {} : { machine }) } });

    it('has nothing at first, and gives back what was written, to anybody', async () => {
      const [one, two] = pair();
      expect(await one.read()).toBeUndefined();
      expect(await two.read()).toBeUndefined();
      const first: StateData = {
        ...state(one, 1, A, B),
        systems: { helios: { type: 'singlestore', id: 'o', name: 'Org' } },
        intents: [{ address: 'secret.helios.N', at: '2026-01-01T00:00:00.000Z', by: 'user:x@example.com' }],
        plans: [{ id: 'p', at: '2026-01-01T00:00:00.000Z' }],
      };
      await one.write(first, 0);
      expect(await two.read()).toEqual(first);
      expect(await one.read()).toEqual(first);
      const second = state(two, 2, B, C);
      await two.write(second, 1);
      expect(await one.read()).toEqual(second);
      const third = state(one, 3);
      await one.write(third, 2);
      expect(await two.read()).toEqual(third);
    });

    it('takes changes of a client that read long before, as long as nobody wrote', async () => {
      const [one, two] = pair();
      await one.write(state(one, 1, A, B), 0);
      await two.read();
      await two.write(state(two, 2, { ...A, id: 'new' }, B), 1);
      await two.write(state(two, 3, { ...A, id: 'new' }, C), 2);
      expect(await one.read()).toEqual(state(one, 3, { ...A, id: 'new' }, C));
    });

    it('takes no write from an older serial, from nothing, or of another lineage', async () => {
      const [one, two] = pair();
      await one.write(state(one, 1, A), 0);
      await two.read();
      await one.write(state(one, 2, A, B), 1);
      expect(await codeOf(two.write(state(two, 2, C), 1))).toBe('state-moved-on');
      expect(await codeOf(two.write(state(two, 1, C), 0))).toBe('state-moved-on');
      expect(await codeOf(two.write({ ...state(two, 3, C), lineage: 'M' }, 2))).toBe('state-moved-on');
      expect(await codeOf(two.write(state(two, 4, C), 3))).toBe('state-moved-on');
      expect(await one.read()).toEqual(state(one, 2, A, B));
      expect(await messageOf(two.write(state(two, 9), 2))).toContain('next serial');
    });

    it('is won by exactly one of eight writers that hold the lock in turn, and keeps all they wrote', async () => {
      const many = clients(8);
      await Promise.all(
        many.map(async (store, index) => {
          const lock = await store.lock(lockRequest(60_000));
          const now = (await store.read()) ?? state(store, 0);
          const added = remember(`secret.helios.W${index}`);
          const records = [...now.records, added].sort((a, b) => (a.address < b.address ? -1 : 1));
          await store.write({ ...now, serial: now.serial + 1, records }, now.serial, lock);
          await lock.release();
        }),
      );
      const end = await many[0]?.read();
      expect(end?.serial).toBe(8);
      expect(end?.records.map((record) => record.address)).toEqual(
        many.map((_, index) => `secret.helios.W${index}`),
      );
    });

    it('has one lock, which names its holder', async () => {
      const [one, two] = pair({ toolVersion: '1.2.3' });
      const lock = await one.lock(lockRequest());
      expect(lock.info).toMatchObject({ Operation: 'apply', Version: '1.2.3' });
      const refused = await messageOf(two.lock(lockRequest()));
      expect(refused).toContain(`locked by ${lock.info.Who} (apply, process ${process.pid}`);
      expect(await codeOf(two.lock(lockRequest()))).toBe('state-locked');
      await lock.release();
      const next = await two.lock(lockRequest());
      expect(await codeOf(one.lock(lockRequest()))).toBe('state-locked');
      await next.release();
    });

    it('lets who waits have the lock when it is free, and says once for whom it waits', async () => {
      const [one, two] = pair();
      const first = await one.lock(lockRequest());
      const said: string[] = [];
      const second = await two.lock(
        lockRequest(60_000, (holder) => {
          said.push(holder.ID);
          void first.release();
        }),
      );
      expect(said).toEqual([first.info.ID]);
      await second.release();
    });

    it('stops waiting when the run is stopped', async () => {
      const [one, two] = pair();
      const first = await one.lock(lockRequest());
      const stop = new AbortController();
      const waiting = codeOf(
        two.lock(
          lockRequest(
            600_000,
            () => {
              stop.abort();
            },
            stop.signal,
          ),
        ),
      );
      expect(await waiting).toBe('state-locked');
      await first.release();
    });

    it('gives the lock of a process of this machine that is gone to exactly one of eight, at once', async () => {
      const many = clients(8);
      const [first] = many;
      if (first === undefined) return;
      await leaveBehind(first, await deadPid());
      const results = await Promise.allSettled(many.map((store) => store.lock(lockRequest())));
      const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(winners).toHaveLength(1);
      await winners[0]?.release();
    });

    it('leaves the lock of another machine alone while its lease runs', async () => {
      const [one, two] = pair({ leaseMs: 600_000 });
      await leaveBehind(one, 1, 'another machine');
      expect(await codeOf(two.lock(lockRequest()))).toBe('state-locked');
    });

    it('breaks a lock by its ID, and no other', async () => {
      const [one, two] = pair();
      expect(await codeOf(two.unlock('x'))).toBe('no-lock');
      const lock = await one.lock(lockRequest());
      expect(await messageOf(two.unlock('x'))).toContain(`locked by ${lock.info.Who}`);
      expect((await two.unlock(lock.info.ID)).ID).toBe(lock.info.ID);
      const next = await two.lock(lockRequest());
      // Who lost it neither writes nor takes it from the next one.
      expect(await codeOf(one.write(state(one, 1, A), 0, lock))).toBe('state-lock-lost');
      await lock.release();
      await two.write(state(two, 1, B), 0, next);
      expect((await one.read())?.records).toEqual([B]);
      await next.release();
    });

    it.runIf(has.leases)('keeps a lease alive for as long as its holder lives', async () => {
      const [one, two] = pair({ leaseMs: 1500 });
      const lock = await one.lock(lockRequest());
      expect(await codeOf(two.lock(lockRequest(4000)))).toBe('state-locked');
      expect(lock.lost.aborted).toBe(false);
      await one.write(state(one, 1, A), 0, lock);
      await lock.release();
    });

    it.runIf(has.leases)(
      'hands over the lock of another machine when its lease has run out, and fences it',
      async () => {
        const past = (): Date => new Date(Date.now() - 3_600_000);
        const future = (): Date => new Date(Date.now() + 3_600_000);
        for (const now of [past, future]) {
          const [one, two] = pair({ leaseMs: 1500, now }, { leaseMs: 1500, now: () => new Date() });
          const dead = await leaveBehind(one, 1, 'another machine');
          const lock = await two.lock(lockRequest(60_000));
          expect(await codeOf(one.write(state(one, 1, A), 0, dead))).toBe('state-lock-lost');
          await two.write(state(two, 1, B), 0, lock);
          await dead.release();
          expect(await codeOf(one.lock(lockRequest()))).toBe('state-locked');
          await lock.release();
        }
      },
    );

    it.runIf(has.leases)('tells a holder that it has lost its lock', async () => {
      const [one, two] = pair({ leaseMs: 600 });
      const lock = await one.lock(lockRequest());
      await two.unlock(lock.info.ID);
      const next = await two.lock(lockRequest());
      while (!lock.lost.aborted) await sleep(20);
      await lock.release();
      expect(await codeOf(one.lock(lockRequest()))).toBe('state-locked');
      await next.release();
    });
  });
}
