import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/core/folder.js';
import { remember } from '../../test/core/plan-input.js';
import { holds } from '../../test/core/seeded.js';
import { DiagnosticError } from '../model/index.js';
import type { Plain, StateData, StateRecord } from '../model/index.js';
import { applyMoves, decodeState, encodeState, localStore } from './index.js';
import type { LockInfo, StateStore } from './index.js';

const root = temporaryFolder();
let folders = 0;
const newFolder = (): string => {
  const folder = join(root, String((folders += 1)));
  mkdirSync(folder);
  return folder;
};

const stateOf = (serial: number, records: readonly StateRecord[] = [], lineage = 'L'): StateData => ({
  version: 1,
  serial,
  lineage,
  stack: 'prod',
  systems: {},
  records,
});
const storeIn = (folder: string): StateStore =>
  localStore({
    path: 'prod.state.json',
    cwd: folder,
    stack: 'prod',
    toolVersion: '1.2.3',
    now: () => new Date(0),
  });
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'nothing thrown';
  } catch (error) {
    return error instanceof DiagnosticError
      ? (error.diagnostics[0]?.code ?? '')
      : `not a diagnostic: ${String(error)}`;
  }
};
const failure = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'nothing thrown';
  } catch (error) {
    return error instanceof DiagnosticError ? error.message : `not a diagnostic: ${String(error)}`;
  }
};

const text = fc.string({ unit: 'grapheme' });
const record = fc.record(
  {
    address: fc.string({ minLength: 1 }).map((name) => `secret.helios.${name}`),
    id: fc.string({ minLength: 1 }),
    appliedAt: text,
    fields: fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Plain>),
    fingerprints: fc.dictionary(text, text),
    sensitiveFields: fc.array(text),
    dependsOn: fc.array(text),
    fingerprintedAs: text,
    changedAt: text,
    changedBy: text,
    protect: fc.constant(true),
    onRemove: fc.constantFrom('delete' as const, 'forget' as const),
  },
  { requiredKeys: ['address', 'id', 'appliedAt', 'fields', 'fingerprints', 'sensitiveFields', 'dependsOn'] },
) as fc.Arbitrary<StateRecord>;
const states = fc
  .record({
    serial: fc.integer({ min: 1 }),
    lineage: fc.string({ minLength: 1 }),
    systems: fc.dictionary(text, fc.record({ type: text, id: text, name: text })),
    records: fc.uniqueArray(record, { selector: (one) => one.address, maxLength: 3 }),
  })
  .map((one): StateData => ({
    version: 1,
    stack: 'prod',
    ...one,
    records: [...one.records].sort((a, b) => (a.address < b.address ? -1 : 1)),
  }));

describe('the text of a state', () => {
  it('survives being written and read', () => {
    holds(states, (state) => {
      const written = encodeState(state);
      const read = decodeState(written, 'f', 'prod');
      expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(state)));
      expect(encodeState(read)).toBe(written);
    });
  });

  it('has one record a line, who it is first, whatever order its keys came in', () => {
    const one = remember('secret.helios.S', { b: '1', a: '2' }, { protect: true, changedAt: 't' });
    const backwards = Object.fromEntries(Object.entries(one).reverse()) as unknown as StateRecord;
    expect(encodeState(stateOf(1, [backwards]))).toBe(encodeState(stateOf(1, [one])));
    const line = encodeState(stateOf(1, [one]))
      .split('\n')
      .find((it) => it.includes('"address"'));
    expect(line).toMatch(/^ {4}\{"address":"secret\.helios\.S","id":"id of secret\.helios\.S","appliedAt":/);
    expect(line).toContain('"fields":{"a":"2","b":"1"}');
  });

  it('cut off at any byte is refused, and never understood in another way', () => {
    const whole = encodeState(
      stateOf(3, [remember('secret.helios.A', { x: 'é' }), remember('fdw_usage.wh.b')]),
    );
    const bytes = Buffer.from(whole);
    for (let length = 0; length < bytes.length - 1; length += 1) {
      expect(codeOf(() => decodeState(bytes.subarray(0, length).toString(), 'f', 'prod'))).toBe(
        'damaged-state',
      );
    }
  });

  it('edited by hand is refused where it cannot be understood', () => {
    const edited = (edit: (json: Record<string, unknown>, one: Record<string, unknown>) => void): string => {
      const json = JSON.parse(encodeState(stateOf(3, [remember('secret.helios.A', { x: '1' })]))) as Record<
        string,
        unknown
      >;
      edit(json, (json['records'] as Record<string, unknown>[])[0]!);
      return codeOf(() => decodeState(JSON.stringify(json), 'f', 'prod'));
    };
    expect(edited(() => undefined)).toBe('nothing thrown');
    const wrong: readonly Parameters<typeof edited>[0][] = [
      (json) => delete json['version'],
      (json) => (json['version'] = '1'),
      (json) => (json['version'] = 0),
      (json) => (json['version'] = 0.5),
      (json) => (json['serial'] = 0),
      (json) => (json['serial'] = 1.5),
      (json) => (json['serial'] = Number.MAX_SAFE_INTEGER),
      (json) => (json['lineage'] = ''),
      (json) => (json['systems'] = []),
      (json) => (json['systems'] = { helios: { type: 'x' } }),
      (json) => (json['records'] = {}),
      (json) => (json['records'] = [null]),
      (json) => (json['records'] = [...(json['records'] as object[]), ...(json['records'] as object[])]),
      (_, one) => (one['address'] = 'nothing'),
      (_, one) => (one['id'] = ''),
      (_, one) => delete one['appliedAt'],
      (_, one) => (one['fields'] = []),
      (_, one) => (one['fingerprints'] = { value: 1 }),
      (_, one) => (one['sensitiveFields'] = 'value'),
      (_, one) => (one['dependsOn'] = [1]),
      (_, one) => (one['protect'] = 'true'),
      (_, one) => (one['onRemove'] = 'keep'),
      (_, one) => (one['changedAt'] = 5),
    ];
    expect(wrong.map(edited)).toEqual(wrong.map(() => 'damaged-state'));
    expect(edited((json) => (json['version'] = 2))).toBe('newer-state');
    expect(edited((json) => (json['stack'] = 'test'))).toBe('foreign-state');
    expect(edited((json) => delete json['stack'])).toBe('foreign-state');
    for (const junk of ['', ' \n', 'null', '[]', '7', '"x"', '\uFEFF{}', '{"version":1}']) {
      expect(codeOf(() => decodeState(junk, 'f', 'prod'))).toBe('damaged-state');
    }
  });

  it('understands no random text', () => {
    holds(fc.oneof(fc.json(), fc.string()), (junk) => {
      expect(codeOf(() => decodeState(junk, 'f', 'prod'))).toMatch(/^(damaged|newer|foreign)-state$/);
    });
  });
});

describe('a state in a file', () => {
  it('is written whole, mode 0600, with the one before kept', async () => {
    const folder = newFolder();
    const store = storeIn(folder);
    expect(await store.read()).toBeUndefined();
    await store.write(stateOf(1), 0);
    await store.write(stateOf(2, [remember('secret.helios.A')]), 1);
    expect(await store.read()).toEqual(stateOf(2, [remember('secret.helios.A')]));
    expect(readdirSync(folder).sort()).toEqual(['prod.state.json', 'prod.state.json.backup']);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(
      decodeState(readFileSync(join(folder, 'prod.state.json.backup'), 'utf8'), 'f', 'prod').serial,
    ).toBe(1);
    expect(store.keyFile).toBe(join(folder, 'prod.key'));
  });

  it('makes its folder, for its owner alone', async () => {
    const folder = join(newFolder(), 'a', 'b');
    await storeIn(folder).write(stateOf(1), 0);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('takes no write that comes from an older serial or another lineage', async () => {
    const store = storeIn(newFolder());
    await store.write(stateOf(1), 0);
    await store.write(stateOf(2), 1);
    expect(await failure(store.write(stateOf(2), 1))).toContain(
      'by somebody else meanwhile (serial 2, expected 1)',
    );
    expect(await failure(store.write(stateOf(1), 0))).toContain('somebody else');
    expect(await failure(store.write(stateOf(3, [], 'M'), 2))).toContain('somebody else');
    expect(await failure(store.write(stateOf(9), 2))).toContain('next serial');
    expect((await store.read())?.serial).toBe(2);
  });

  it('is won by exactly one of eight writers at once, each time', async () => {
    const folder = newFolder();
    for (let serial = 1; serial <= 12; serial += 1) {
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) =>
          storeIn(folder).write(stateOf(serial, [remember(`secret.helios.W${index}`)]), serial - 1),
        ),
      );
      const winners = results.flatMap((one, index) => (one.status === 'fulfilled' ? [index] : []));
      expect(winners).toHaveLength(1);
      expect(await storeIn(folder).read()).toEqual(
        stateOf(serial, [remember(`secret.helios.W${winners[0]!}`)]),
      );
    }
    expect((await readdir(folder)).sort()).toEqual(['prod.state.json', 'prod.state.json.backup']);
  });

  it('is what a writer claimed, though it died before it put that in place', async () => {
    const folder = newFolder();
    const store = storeIn(folder);
    await store.write(stateOf(1), 0);
    writeFileSync(join(folder, 'prod.state.json.2'), encodeState(stateOf(2, [remember('secret.helios.A')])));
    expect((await store.read())?.serial).toBe(2);
    expect(await failure(store.write(stateOf(2), 1))).toContain('serial 2, expected 1');
    await store.write(stateOf(3), 2);
    expect((await store.read())?.serial).toBe(3);
    expect(readdirSync(folder).sort()).toEqual(['prod.state.json', 'prod.state.json.backup']);
  });

  it('that is damaged is neither read nor written over', async () => {
    const folder = newFolder();
    const file = join(folder, 'prod.state.json');
    writeFileSync(file, '{"version": 1, "ser');
    expect(await failure(storeIn(folder).read())).toContain('is damaged');
    expect(await failure(storeIn(folder).write(stateOf(1), 0))).toContain('is damaged');
    expect(readFileSync(file, 'utf8')).toBe('{"version": 1, "ser');
  });

  it('says so where it cannot be read or written', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'prod.state.json'));
    expect(await failure(storeIn(folder).read())).toContain('cannot be read (EISDIR)');
    expect(await failure(storeIn(join(folder, 'file')).read())).toContain('cannot be read (ENOTDIR)');
    expect(await failure(storeIn(join(folder, 'file')).lock(request()))).toContain('cannot be written (');
  });

  it('says so where its folder is read-only', async (context) => {
    context.skip(process.getuid?.() === 0, 'root may write everywhere');
    const folder = newFolder();
    chmodSync(folder, 0o500);
    expect(await failure(storeIn(folder).write(stateOf(1), 0))).toContain('cannot be written (EACCES)');
  });
});

const request = (timeoutMs = 0, onWait: (holder: LockInfo) => void = () => undefined) => ({
  operation: 'apply',
  timeoutMs,
  onWait,
  signal: new AbortController().signal,
});

/** A process that has ended: its id belongs to nobody. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise((done) => child.once('exit', done));
  return child.pid!;
}

describe('the lock', () => {
  const lockIn = (folder: string): string => join(folder, 'prod.state.json.lock');
  const left = (folder: string, more: object): void => {
    writeFileSync(
      lockIn(folder),
      JSON.stringify({
        ID: 'x',
        Operation: 'apply',
        Info: '',
        Who: 'eve@there',
        Version: '1',
        Created: 'C',
        pid: 1,
        host: hostname(),
        ...more,
      }),
    );
  };

  it('is held by one at a time, and names its holder', async () => {
    const folder = newFolder();
    const lock = await storeIn(folder).lock(request());
    expect(statSync(lockIn(folder)).mode & 0o777).toBe(0o600);
    expect(lock.info).toMatchObject({
      Operation: 'apply',
      Version: '1.2.3',
      Created: '1970-01-01T00:00:00.000Z',
    });
    expect(await failure(storeIn(folder).lock(request()))).toContain(
      `locked by ${lock.info.Who} (apply, process ${process.pid}`,
    );
    await lock.release();
    await (await storeIn(folder).lock(request())).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is waited for, and the holder is said once', async () => {
    const folder = newFolder();
    const first = await storeIn(folder).lock(request());
    const said: string[] = [];
    const second = storeIn(folder).lock(
      request(60_000, (holder) => {
        said.push(holder.ID);
        void first.release();
      }),
    );
    await (await second).release();
    expect(said).toEqual([first.info.ID]);
  });

  it('is not given back by another one', async () => {
    const folder = newFolder();
    const lock = await storeIn(folder).lock(request());
    left(folder, { ID: 'another' });
    await lock.release();
    expect(readdirSync(folder)).toEqual(['prod.state.json.lock']);
  });

  it('of a dead process is taken over at once, by exactly one of eight', async () => {
    const pid = await deadPid();
    for (let round = 0; round < 4; round += 1) {
      const folder = newFolder();
      left(folder, { pid });
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, () => storeIn(folder).lock(request())),
      );
      const winners = results.filter((one) => one.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      await winners[0]?.value.release();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('is taken over though somebody died while taking it over', async () => {
    const folder = newFolder();
    const pid = await deadPid();
    left(folder, { pid });
    const taking = JSON.parse(readFileSync(lockIn(folder), 'utf8')) as object;
    writeFileSync(`${lockIn(folder)}.x.taking`, JSON.stringify({ ...taking, ID: 'y' }));
    await (await storeIn(folder).lock(request())).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of an earlier process with our own id, as containers have it, is taken over', async () => {
    const folder = newFolder();
    left(folder, { pid: process.pid });
    await (await storeIn(folder).lock(request())).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of another host, or of a living process, is not', async () => {
    const folder = newFolder();
    left(folder, { pid: 1, host: 'elsewhere' });
    expect(await failure(storeIn(folder).lock(request()))).toContain('locked by eve@there');
    left(folder, { pid: process.ppid });
    expect(await failure(storeIn(folder).lock(request()))).toContain('locked by eve@there');
  });

  it.each(['', 'null', '{}', '[1]', '{"ID":"x"}'])('that holds %j is reported, not taken', async (junk) => {
    const folder = newFolder();
    writeFileSync(lockIn(folder), junk);
    expect(await failure(storeIn(folder).lock(request()))).toContain('cannot be read');
  });

  it('keeps two processes apart', async () => {
    const folder = newFolder();
    const script = join(folder, 'count.ts');
    writeFileSync(
      script,
      `import { readFileSync, writeFileSync } from 'node:fs';
       import { localStore } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
       const cwd = ${JSON.stringify(folder)};
       const store = localStore({ path: 'p.json', cwd, stack: 'prod', toolVersion: '1', now: () => new Date() });
       for (let turn = 0; turn < 4; turn += 1) {
         const lock = await store.lock({ operation: 'x', timeoutMs: 60000, onWait: () => {}, signal: new AbortController().signal });
         const state = (await store.read()) ?? { version: 1, serial: 0, lineage: 'L', stack: 'prod', systems: {}, records: [] };
         await store.write({ ...state, serial: state.serial + 1 }, state.serial);
         await lock.release();
       }`.replaceAll(/^ {7}/gm, ''),
    );
    const run = (): Promise<number | null> =>
      new Promise((done) => {
        const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
          stdio: 'inherit',
        });
        child.once('exit', done);
      });
    // A module of its own: the script is not part of the project.
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    expect(await Promise.all([run(), run()])).toEqual([0, 0]);
    expect(decodeState(readFileSync(join(folder, 'p.json'), 'utf8'), 'p', 'prod').serial).toBe(8);
  });
});

describe('moved addresses', () => {
  const of = (...addresses: string[]): StateData =>
    stateOf(
      1,
      addresses.map((one) => remember(one)),
    );
  const moved = (state: StateData, ...moves: [string, string][]): string[] =>
    applyMoves(
      state,
      moves.map(([from, to]) => ({ from, to })),
    ).records.map((one) => one.address);
  const [A, B, C] = ['secret.helios.A', 'secret.helios.B', 'secret.helios.C'];

  it('are followed, with what lives there and what depends on it', () => {
    const state = of(A, 'share.helios.A/team:X', 'secret.helios.AB');
    expect(moved(state, [A, C])).toEqual(['secret.helios.AB', C, 'share.helios.C/team:X']);
    const child = applyMoves(state, [{ from: A, to: C }]).records.at(-1);
    expect(child).toMatchObject({ dependsOn: [C], fingerprintedAs: 'share.helios.A/team:X' });
  });

  it('lead to the end of a chain, wherever in it the state is', () => {
    expect(moved(of(A), [A, B], [B, C])).toEqual([C]);
    expect(moved(of(B), [A, B], [B, C])).toEqual([C]);
    expect(moved(of(C), [A, B], [B, C])).toEqual([C]);
    expect(moved(of(A, B), [A, B], [B, C])).toEqual([A, C]);
  });

  it('stay where the end is taken, where they go in a circle, and where nothing is known of them', () => {
    expect(moved(of(A, B), [A, B])).toEqual([A, B]);
    expect(moved(of(A, B), [A, B], [B, A])).toEqual([A, B]);
    expect(moved(of(A), [B, C])).toEqual([A]);
    expect(moved(of(A))).toEqual([A]);
  });

  it('take along nothing that merely has the same name', () => {
    const state = of('fdw_usage.wh.lake', 'user_mapping.wh.lake/x', 'server_usage.wh.lake/x');
    expect(moved(state, ['fdw_usage.wh.lake', 'fdw_usage.wh.sea'])).toEqual([
      'fdw_usage.wh.sea',
      'server_usage.wh.lake/x',
      'user_mapping.wh.lake/x',
    ]);
  });

  it('may be followed again, and never make two records of one address', () => {
    const names = fc.constantFrom('A', 'B', 'C', 'D').map((one) => `secret.helios.${one}`);
    const pairs = fc.array(fc.tuple(names, names), { maxLength: 4 });
    holds(fc.tuple(fc.uniqueArray(names), pairs), ([addresses, moves]) => {
      const list = moves.map(([from, to]) => ({ from, to }));
      const once = applyMoves(
        of(...addresses, ...addresses.map((one) => `${one.replace('secret', 'share')}/team:X`)),
        list,
      );
      const found = once.records.map((one) => one.address);
      expect(new Set(found).size).toBe(found.length);
      expect(found).toHaveLength(addresses.length * 2);
    });
  });
});
