import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ME, have, inputOf, remember, want } from '../../test/core/plan-input.js';
import { holds } from '../../test/core/seeded.js';
import { hasErrors } from '../model/index.js';
import type { ReadResult, StateBinding } from '../model/index.js';
import { makePlan } from './index.js';

const PROVIDERS = ['helios', 'prod', 'far'] as const;
/** `helios` and `prod` lead to one organization. */
const systemOf = (provider: string): StateBinding => ({
  type: 'singlestore',
  id: provider === 'far' ? 'org-2' : 'org-1',
  name: provider === 'far' ? 'Far' : 'Acme',
});

const slot = fc.record({
  provider: fc.constantFrom(...PROVIDERS),
  name: fc.constantFrom('A', 'B'),
  isDesired: fc.boolean(),
  isRecorded: fc.boolean(),
  adopt: fc.boolean(),
  protect: fc.boolean(),
});

it('no plan that can be applied has two changes of one object, and none leaves an object to two addresses', () => {
  const slots = fc.uniqueArray(slot, {
    selector: ({ provider, name }) => `${provider}.${name}`,
    maxLength: 6,
  });
  const request = fc.record({
    slots,
    unread: fc.subarray([...PROVIDERS]),
    excluded: fc.subarray(['secret.helios.*', 'secret.prod.*']),
  });
  holds(
    request,
    ({ slots: all, unread, excluded }) => {
      const idOf = (provider: string, name: string): string => `${systemOf(provider).id} ${name}`;
      const address = ({ provider, name }: (typeof all)[number]): string => `secret.${provider}.${name}`;
      const actual = Object.fromEntries(
        PROVIDERS.filter((provider) => !unread.includes(provider)).map((provider): [string, ReadResult] => [
          provider,
          {
            system: { ...systemOf(provider), principal: ME },
            resources: all
              .filter((it) => it.provider === provider)
              .map((it) => have(address(it), { value: 'v' }, { id: idOf(provider, it.name) })),
          },
        ]),
      );
      const input = inputOf({
        records: all
          .filter(({ isRecorded }) => isRecorded)
          .map((it) => remember(address(it), { value: 'v' }, { id: idOf(it.provider, it.name) })),
        desired: all
          .filter(({ isDesired, provider }) => isDesired && !excluded.includes(`secret.${provider}.*`))
          .map((it) =>
            want(address(it), { value: 'v' }, { lifecycle: { adopt: it.adopt, protect: it.protect } }),
          ),
        more: { actual, scope: { targets: [], excludes: excluded } },
      });
      const systems = Object.fromEntries(PROVIDERS.map((provider) => [provider, systemOf(provider)]));
      const plan = makePlan({ ...input, state: input.state && { ...input.state, systems } });
      if (hasErrors(plan.diagnostics)) return;
      const owners = new Map<string, Set<string>>();
      const own = (id: string, at: string): Set<string> => (owners.get(id) ?? new Set<string>()).add(at);
      for (const it of all.filter(({ isRecorded }) => isRecorded)) {
        owners.set(idOf(it.provider, it.name), own(idOf(it.provider, it.name), address(it)));
      }
      for (const { id, address: at } of plan.changes) if (id !== undefined) owners.set(id, own(id, at));
      for (const [id, addresses] of owners) expect([...addresses], id).toHaveLength(1);
    },
    1000,
  );
});

it('what is to be forgotten under one address may be taken in under another', () => {
  const system = { ...systemOf('helios'), principal: ME };
  const input = inputOf({
    records: [remember('secret.helios.A', { value: 'v' }, { id: 'a' })],
    desired: [want('secret.prod.A', { value: 'v' }, { lifecycle: { adopt: true } })],
    more: {
      removed: ['secret.helios.A'],
      actual: {
        helios: { system, resources: [have('secret.helios.A', { value: 'v' }, { id: 'a' })] },
        prod: { system, resources: [have('secret.prod.A', { value: 'v' }, { id: 'a' })] },
      },
    },
  });
  const plan = makePlan(input);
  expect(hasErrors(plan.diagnostics)).toBe(false);
  expect(plan.changes.map(({ action, address }) => `${action} ${address}`).sort()).toEqual([
    'forget secret.helios.A',
    'import secret.prod.A',
  ]);
});
