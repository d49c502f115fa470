import { writeFileSync } from 'node:fs';
import type * as fs from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { DEFAULT_OPTIONS, applyPlan, defaultContext, planTo, showPlan } from '../../src/engine/index.js';
import { temporaryFolder } from '../core/folder.js';
import { fakeSystems } from './fake-systems.js';

const reads = vi.hoisted(() => [] as string[]);

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  const counted =
    <Given extends readonly unknown[], Result>(read: (...given: Given) => Result) =>
    (...given: Given): Result => {
      reads.push(String(given[0]));
      return read(...given);
    };
  return { ...real, readFile: counted(real.readFile), open: counted(real.open) };
});

beforeEach(() => {
  reads.length = 0;
});

it('plan --out, show and apply FILE read the configuration once, and decode the plan once', async () => {
  const cwd = temporaryFolder();
  writeFileSync(
    join(cwd, 'secrets.yaml'),
    `version: 1
stack: test
providers: { a: { type: singlestore, api_key: { env: KEY } } }
secrets: { ONE: { value: { env: VALUE } } }
`,
  );
  const { extensions } = fakeSystems();
  const context = defaultContext({ cwd, env: { KEY: 'the-api-key', VALUE: 'the-value' }, extensions });
  const parse = vi.spyOn(JSON, 'parse');
  /** How often the configuration was read, and how often a saved plan was decoded, since the last call. */
  const counts = (): { readonly configuration: number; readonly plan: number } => {
    const configuration = reads.filter((path) => basename(path) === 'secrets.yaml').length;
    const plan = parse.mock.calls.filter(([text]) => text.includes('"saved-plan"')).length;
    reads.length = 0;
    parse.mockClear();
    return { configuration, plan };
  };
  expect((await planTo('p', DEFAULT_OPTIONS, context)).saved).toBe(true);
  expect(counts()).toEqual({ configuration: 1, plan: 0 });
  expect((await showPlan('p', DEFAULT_OPTIONS, context)).plan?.changes).toHaveLength(1);
  expect(counts()).toEqual({ configuration: 1, plan: 1 });
  const nothing = (): undefined => undefined;
  const hooks = { onPlan: nothing, onOutcome: nothing, onWait: nothing };
  expect((await applyPlan('p', DEFAULT_OPTIONS, context, hooks)).status).toBe('ok');
  expect(counts()).toEqual({ configuration: 1, plan: 1 });
});
