import { builtIn } from '../../src/engine/index.js';
import type { Extensions } from '../../src/engine/index.js';
import { providerOf } from '../../src/model/index.js';
import type { ActualResource, ApplyItem, Outcome } from '../../src/model/index.js';
import type { Session, SessionContext } from '../../src/providers/sdk/index.js';

/** What a fake system does otherwise than usual. */
export interface SystemBehaviour extends Partial<Session> {
  readonly open?: () => Promise<void>;
}

/** Systems in memory, in the place of Helios organizations. */
export interface FakeSystems {
  readonly extensions: Extensions;
  /** How many sessions were opened and closed, by provider. */
  readonly sessions: Record<string, { opened: number; closed: number }>;
  /** The context of the last session, by provider. */
  readonly contexts: Record<string, SessionContext>;
  /** What the systems hold, by address. */
  readonly objects: Map<string, ActualResource>;
}

/** Fake systems that behave, unless told otherwise by the provider's name. */
export function fakeSystems(behaviour: Readonly<Record<string, SystemBehaviour>> = {}): FakeSystems {
  const objects = new Map<string, ActualResource>();
  const sessions: FakeSystems['sessions'] = {};
  const contexts: FakeSystems['contexts'] = {};
  const open = async ({ name }: { readonly name: string }, context: SessionContext): Promise<Session> => {
    const { open: before, ...more } = behaviour[name] ?? {};
    contexts[name] = context;
    await before?.();
    const counts = (sessions[name] ??= { opened: 0, closed: 0 });
    counts.opened += 1;
    return {
      ...sessionOf(name, objects),
      ...more,
      close: () => {
        counts.closed += 1;
        return more.close?.() ?? Promise.resolve();
      },
    };
  };
  return {
    extensions: {
      ...builtIn,
      providers: builtIn.providers.map((provider) =>
        provider.type === 'singlestore' ? { ...provider, hosts: () => [], open } : provider,
      ),
    },
    sessions,
    contexts,
    objects,
  };
}

function sessionOf(provider: string, objects: Map<string, ActualResource>): Session {
  const system = {
    type: 'singlestore',
    id: `id of ${provider}`,
    name: provider,
    principal: 'user:tool@x.io',
  };
  const own = (): ActualResource[] =>
    [...objects.values()].filter(({ address }) => providerOf(address) === provider);
  return {
    system,
    prepare: (desired) => Promise.resolve({ resources: desired, diagnostics: [] }),
    read: () => Promise.resolve({ system, resources: own() }),
    discover: () => Promise.resolve(own()),
    apply: (items, onOutcome) => {
      for (const item of items) onOutcome(applied(item, objects));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

function applied({ change, desired }: ApplyItem, objects: Map<string, ActualResource>): Outcome {
  const { address } = change;
  if (desired === undefined) objects.delete(address);
  else objects.set(address, { address, id: `id of ${address}`, version: '1', fields: desired.fields });
  return { status: 'done', address, id: `id of ${address}` };
}
