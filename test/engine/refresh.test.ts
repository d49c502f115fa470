import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_OPTIONS,
  apply,
  defaultContext,
  drift,
  getValues,
  importResource,
  plan,
  pull,
  stateRebind,
} from '../../src/engine/index.js';
import type { ApplyHooks, RunContext } from '../../src/engine/index.js';
import { DiagnosticError } from '../../src/model/index.js';
import { UnreachableError } from '../../src/providers/sdk/index.js';
import { encodeState } from '../../src/state/index.js';
import { temporaryFolder } from '../core/folder.js';
import { fakeSystems } from './fake-systems.js';
import type { FakeSystems, SystemBehaviour } from './fake-systems.js';

const CONFIGURATION = `version: 1
stack: test
providers:
  a: { type: singlestore, api_key: { env: KEY } }
  b: { type: singlestore, api_key: { env: KEY } }
secrets:
  ONE: { provider: a, value: { env: VALUE } }
  TWO: { provider: b, value: { generate: 20 } }
`;

const hooks: ApplyHooks = {
  approve: () => Promise.resolve(true),
  onOutcome: () => undefined,
  onWait: () => undefined,
};

function siteOf(behaviour: Readonly<Record<string, SystemBehaviour>> = {}): {
  readonly systems: FakeSystems;
  readonly context: RunContext;
} {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'secrets.yaml'), CONFIGURATION);
  const systems = fakeSystems(behaviour);
  const env = { KEY: 'the-api-key', VALUE: 'the-value' };
  return { systems, context: defaultContext({ cwd, env, extensions: systems.extensions }) };
}

const down = (): Promise<never> => Promise.reject(new UnreachableError('nothing listens there', 'Wait.'));
const broken = (): Promise<never> => Promise.reject(new TypeError('a defect of the provider'));

/** Every session that was opened was closed, once. */
function expectClosed({ sessions }: FakeSystems, opened: Readonly<Record<string, number>>): void {
  expect(sessions).toEqual(
    Object.fromEntries(
      Object.entries(opened).map(([name, count]) => [name, { opened: count, closed: count }]),
    ),
  );
}

describe('sessions are closed', () => {
  it('after plan, drift, apply, import, get, pull and rebind', async () => {
    const { systems, context } = siteOf();
    const options = DEFAULT_OPTIONS;
    expect((await plan(options, context)).status).toBe('ok');
    expectClosed(systems, { a: 1, b: 1 });
    expect((await apply(options, context, hooks)).status).toBe('ok');
    expectClosed(systems, { a: 2, b: 2 });
    expect((await drift(options, context)).status).toBe('ok');
    expectClosed(systems, { a: 3, b: 3 });
    expect((await pull(options, context)).status).toBe('ok');
    expectClosed(systems, { a: 4, b: 4 });
    expect((await stateRebind([], options, context, hooks as never)).changes).toEqual([]);
    expectClosed(systems, { a: 5, b: 5 });
    expect((await getValues(['TWO'], [], context)).values[0]).toHaveLength(20);
    expectClosed(systems, { a: 5, b: 6 });
    await expect(importResource('secret.a.ONE', undefined, options, context, hooks)).rejects.toThrow(
      /already/,
    );
    expectClosed(systems, { a: 6, b: 6 });
  });

  it('when the plan is not approved, or asking fails', async () => {
    const { systems, context } = siteOf();
    const declined = await apply(DEFAULT_OPTIONS, context, {
      ...hooks,
      approve: () => Promise.resolve(false),
    });
    expect(declined.declined).toBe(true);
    expectClosed(systems, { a: 1, b: 1 });
    await expect(apply(DEFAULT_OPTIONS, context, { ...hooks, approve: broken })).rejects.toThrow(TypeError);
    expectClosed(systems, { a: 2, b: 2 });
  });

  it('when an error follows the refresh: the planner fails, the state cannot be written', async () => {
    const unknownAddress = siteOf({
      a: {
        read: () =>
          Promise.resolve({
            system: { type: 'singlestore', id: 'a', name: 'a', principal: 'user:x@y.z' },
            resources: [{ address: 'nonsense', id: '1', version: '1', fields: {} }],
          }),
      },
    });
    await expect(plan(DEFAULT_OPTIONS, unknownAddress.context)).rejects.toThrow();
    expectClosed(unknownAddress.systems, { a: 1, b: 1 });

    const unwritable = siteOf();
    const extensions = {
      ...unwritable.systems.extensions,
      backends: unwritable.systems.extensions.backends.map((backend) => ({
        ...backend,
        open: async (...given: Parameters<typeof backend.open>) => ({
          ...(await backend.open(...given)),
          write: () => Promise.reject(new DiagnosticError([])),
        }),
      })) as never,
    };
    await expect(apply(DEFAULT_OPTIONS, { ...unwritable.context, extensions }, hooks)).rejects.toThrow();
    expectClosed(unwritable.systems, { a: 1, b: 1 });
  });

  it('when a provider fails by a defect, also those that are still being opened', async () => {
    const late = new Promise<void>((resolve) => setTimeout(resolve, 50));
    const { systems, context } = siteOf({ a: { read: broken }, b: { open: () => late } });
    await expect(plan(DEFAULT_OPTIONS, context)).rejects.toThrow('a defect of the provider');
    expectClosed(systems, { a: 1, b: 1 });
    const discovering = siteOf({ a: { discover: broken } });
    await expect(pull(DEFAULT_OPTIONS, discovering.context)).rejects.toThrow('a defect of the provider');
    expectClosed(discovering.systems, { a: 1, b: 1 });
  });

  it('though closing one fails, which takes nothing from the result', async () => {
    const { systems, context } = siteOf({ a: { close: broken } });
    const { status, outcomes } = await apply(DEFAULT_OPTIONS, context, hooks);
    expect({ status, done: outcomes?.length }).toEqual({ status: 'ok', done: 2 });
    expectClosed(systems, { a: 1, b: 1 });
  });
});

describe('a system that does not answer', () => {
  it('is named by pull, with what the others have: at open, and at discover', async () => {
    for (const behaviour of [{ open: down }, { discover: down }]) {
      const { systems, context } = siteOf({ a: behaviour });
      const address = 'secret.b.FOUND';
      systems.objects.set(address, { address, id: '1', version: '1', fields: {} });
      const { status, resources, diagnostics } = await pull(DEFAULT_OPTIONS, context);
      expect(status).toBe('unreachable');
      expect(resources.map((resource) => resource.address)).toEqual([address]);
      expect(diagnostics).toEqual([
        { severity: 'error', code: 'unreachable', summary: 'a: nothing listens there', next: 'Wait.' },
      ]);
      expectClosed(systems, 'open' in behaviour ? { b: 1 } : { a: 1, b: 1 });
    }
  });

  it('is named by plan and drift, which compare the others', async () => {
    const { systems, context } = siteOf({ a: { read: down } });
    mkdirSync(join(context.cwd, '.secrets'));
    writeFileSync(
      join(context.cwd, '.secrets', 'test.state.json'),
      encodeState({ version: 2, serial: 1, lineage: 'l', stack: 'test', systems: {}, records: [] }),
    );
    const { status, plan: made } = await plan(DEFAULT_OPTIONS, context);
    expect(status).toBe('unreachable');
    expect(made?.changes.map(({ address }) => address)).toEqual(['secret.b.TWO']);
    expect((await drift(DEFAULT_OPTIONS, context)).status).toBe('unreachable');
    expectClosed(systems, { a: 2, b: 2 });
  });
});
