import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DEFAULT_OPTIONS, apply, defaultContext, plan } from '../../src/engine/index.js';
import type { StateData } from '../../src/model/index.js';
import { temporaryFolder } from '../core/folder.js';
import { fakeSystems } from './fake-systems.js';

const CONFIGURATION = `version: 1
stack: test
providers: { a: { type: singlestore, api_key: { env: KEY } } }
secrets: { ONE: { value: { env: VALUE } } }
`;
const hooks = { approve: () => Promise.resolve(true), onOutcome: () => undefined, onWait: () => undefined };

/** A run of its own: folder, environment, key, clock, mask, progress, systems. */
function runOf(name: string, value: string) {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'secrets.yaml'), CONFIGURATION);
  const systems = fakeSystems();
  const masked = new Set<string>();
  const progress: string[] = [];
  const now = new Date(`20${name === 'left' ? '30' : '40'}-01-01T00:00:00Z`);
  const env = {
    HOME: `/home/${name}`,
    KEY: `api-key-of-${name}`,
    VALUE: value,
    SECRETS_KEY: `fingerprint-key-of-${name}`,
  };
  const context = defaultContext({
    cwd,
    env,
    now: () => now,
    mask: {
      add: (read) => {
        masked.add(read.reveal());
      },
    },
    progress: (message) => progress.push(`${name} ${message}`),
    extensions: systems.extensions,
  });
  const state = (): StateData =>
    JSON.parse(readFileSync(join(cwd, '.secrets/test.state.json'), 'utf8')) as StateData;
  return { name, env, now, context, systems, masked, progress, state };
}

it('two runs in one process at once share nothing', async () => {
  const [left, right] = [runOf('left', 'the same value'), runOf('right', 'the same value')];
  const results = await Promise.all(
    [left, right].map(({ context }) => apply(DEFAULT_OPTIONS, context, hooks)),
  );
  expect(results.map(({ status }) => status)).toEqual(['ok', 'ok']);
  for (const { name, env, now, systems, masked, progress, state } of [left, right]) {
    expect([...masked].sort()).toEqual([env.KEY, env.SECRETS_KEY, env.VALUE].sort());
    expect(systems.sessions).toEqual({ a: { opened: 1, closed: 1 } });
    expect(systems.contexts['a']).toMatchObject({ env, home: env.HOME, stack: 'test' });
    expect(systems.contexts['a']?.now()).toEqual(now);
    expect(progress.every((line) => line.startsWith(name))).toBe(true);
    expect(state().records).toMatchObject([{ address: 'secret.a.ONE', appliedAt: now.toISOString() }]);
  }
  // One value under two keys has two fingerprints.
  const [one, other] = [left, right].map(({ state }) => state().records[0]?.fingerprints['value']);
  expect(one).toMatch(/^scrypt-hmac-sha256:/);
  expect(one).not.toBe(other);
  // What a module keeps for a run is made once for each.
  const scopes = [left, right].map(({ systems }) => systems.contexts['a']);
  const key = {};
  const kept = scopes.map((scope) => [scope?.once(key, () => ({})), scope?.once(key, () => ({}))]);
  expect(kept[0]?.[0]).toBe(kept[0]?.[1]);
  expect(kept[0]?.[0]).not.toBe(kept[1]?.[0]);
});

it('a later run of the same process starts with nothing of an earlier one', async () => {
  const run = runOf('left', 'before');
  await apply(DEFAULT_OPTIONS, run.context, hooks);
  const masked = new Set<string>();
  const mask = {
    add: (read: { readonly reveal: () => string }) => {
      masked.add(read.reveal());
    },
  };
  const env = { ...run.env, VALUE: 'after' };
  const { plan: made } = await plan(DEFAULT_OPTIONS, { ...run.context, env, mask });
  expect(made?.changes.map(({ action }) => action)).toEqual(['update']);
  expect(masked).not.toContain('before');
  expect(masked).toContain('after');
});
