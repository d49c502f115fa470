import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/core/folder.js';
import { remember } from '../../test/core/plan-input.js';
import { holds } from '../../test/core/seeded.js';
import { DiagnosticError } from '../model/index.js';
import type { Plain, StateData, StateRecord } from '../model/index.js';
import { applyMoves, decodeState, encodeState } from './index.js';
import { localStore } from './local/store.js';
import type { StateStore } from './index.js';
import { kinds } from '../../test/core/kinds.js';

const root = temporaryFolder();
let folders = 0;
const newFolder = (): string => {
  const folder = join(root, String((folders += 1)));
  mkdirSync(folder);
  return folder;
};

const stateOf = (serial: number, records: readonly StateRecord[] = [], lineage = 'L'): StateData => ({
  version: 2,
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
    version: 2,
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
    expect(edited((json) => (json['plans'] = [{ id: 'p', at: 't' }]))).toBe('nothing thrown');
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
      (json) => (json['plans'] = {}),
      (json) => (json['plans'] = [{ id: 'p' }]),
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
    expect(edited((json) => (json['version'] = 3))).toBe('newer-state');
    expect(edited((json) => (json['stack'] = 'test'))).toBe('foreign-state');
    expect(edited((json) => delete json['stack'])).toBe('foreign-state');
    for (const junk of ['', ' \n', 'null', '[]', '7', '"x"', '\uFEFF{}', '{"version":1}']) {
      expect(codeOf(() => decodeState(junk, 'f', 'prod'))).toBe('damaged-state');
    }
  });

  it('of an older version is understood, and written as one of this version', () => {
    const old = encodeState(stateOf(7, [remember('secret.helios.A', { x: '1' })])).replace(
      '"version": 2',
      '"version": 1',
    );
    const read = decodeState(old, 'f', 'prod');
    expect(read).toEqual(stateOf(7, [remember('secret.helios.A', { x: '1' })]));
    expect(encodeState(read)).toContain('"version": 2');
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
      'by another run meanwhile (serial 2, expected 1)',
    );
    expect(await failure(store.write(stateOf(1), 0))).toContain('another run');
    expect(await failure(store.write(stateOf(3, [], 'M'), 2))).toContain('another run');
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
      const winners = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []));
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
  });

  it('says so where its folder is read-only', async (context) => {
    context.skip(process.getuid?.() === 0, 'root may write everywhere');
    const folder = newFolder();
    chmodSync(folder, 0o500);
    expect(await failure(storeIn(folder).write(stateOf(1), 0))).toContain('cannot be written (EACCES)');
  });
});

describe('moved addresses', () => {
  const of = (...addresses: string[]): StateData =>
    stateOf(
      1,
      addresses.map((address) => remember(address)),
    );
  const moved = (state: StateData, ...moves: [string, string][]): string[] =>
    applyMoves(
      state,
      moves.map(([from, to]) => ({ from, to })),
      kinds,
    ).records.map((one) => one.address);
  const [A, B, C] = ['secret.helios.A', 'secret.helios.B', 'secret.helios.C'];

  it('are followed, with what lives there and what depends on it', () => {
    const state = of(A, 'share.helios.A/team:X', 'secret.helios.AB');
    expect(moved(state, [A, C])).toEqual(['secret.helios.AB', C, 'share.helios.C/team:X']);
    const child = applyMoves(state, [{ from: A, to: C }], kinds).records.at(-1);
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
        of(...addresses, ...addresses.map((address) => `${address.replace('secret', 'share')}/team:X`)),
        list,
        kinds,
      );
      const found = once.records.map((one) => one.address);
      expect(new Set(found).size).toBe(found.length);
      expect(found).toHaveLength(addresses.length * 2);
    });
  });
});
