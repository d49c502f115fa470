import { createHmac } from 'node:crypto';
import {
  Sensitive,
  type ApplyItem,
  type DesiredResource,
  type AuthoritativeList,
  type Outcome,
  type Plain,
  type Plan,
  type StateData,
  type StateRecord,
} from '../../src/model/index.js';
import { makePlan } from '../../src/plan/index.js';
import type { Clock, Session } from '../../src/providers/sdk/index.js';
import { openSession } from '../../src/providers/singlestore/session.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { kinds } from '../core/kinds.js';
import { runScope } from '../scope.js';

/** One secret as a test wants it. */
export interface Wanted {
  readonly value: string;
  readonly owners?: readonly string[];
  readonly readers?: readonly string[];
  readonly self?: 'keep' | 'drop';
  readonly adopt?: boolean;
}

/** Real time, but no waiting between tries. */
export const impatient: Clock = {
  now: () => Date.now(),
  sleep: () => Promise.resolve(),
  random: () => 0.5,
};

export interface OpenOptions {
  readonly key?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly organization?: string;
  readonly signal?: AbortSignal;
  readonly parallelism?: number;
  /** Told of every value that is wrapped. */
  readonly onValue?: (text: string) => void;
}

/** A session of the provider with the sandbox. */
export function open(sandbox: HeliosSandbox, options: OpenOptions = {}): Promise<Session> {
  const key = sandbox.keys.find((one) => one.name === (options.key ?? 'ana'));
  const organization =
    options.organization === undefined
      ? {}
      : { organization: { kind: 'plain' as const, value: options.organization } };
  return openSession(
    {
      name: 'helios',
      fields: {
        api_key: { kind: 'sensitive', value: new Sensitive(key?.token ?? 'sandbox_nobody') },
        base_url: { kind: 'plain', value: sandbox.url },
        ...organization,
      },
    },
    {
      ...runScope({ env: { SECRETS_HTTP_TIMEOUT_MS: '10000', ...options.env }, signal: options.signal }),
      stack: 'test',
      ...(options.onValue === undefined ? {} : { sensitive: wrapping(options.onValue) }),
      parallelism: options.parallelism ?? 4,
    },
    impatient,
  );
}

const wrapping =
  (onValue: (text: string) => void) =>
  (text: string): Sensitive => {
    onValue(text);
    return new Sensitive(text);
  };

/** What the configuration reader would give for these secrets. */
export function configured(wanted: Readonly<Record<string, Wanted>>): {
  desired: DesiredResource[];
  authoritative: AuthoritativeList[];
} {
  const desired: DesiredResource[] = [];
  const authoritative: AuthoritativeList[] = [];
  for (const [name, one] of Object.entries(wanted)) {
    const parent = `secret.helios.${name}`;
    desired.push({
      address: parent,
      dependsOn: [],
      lifecycle: one.adopt === true ? { adopt: true } : {},
      fields: { value: { kind: 'sensitive', value: new Sensitive(one.value) } },
      ...(one.self === undefined ? {} : { self: one.self }),
    });
    if (one.owners === undefined && one.readers === undefined) continue;
    authoritative.push({ kind: 'share', provider: 'helios', parent });
    const add = (role: string, members: readonly string[] = []): void => {
      for (const member of members) {
        desired.push({
          address: `share.helios.${name}/${member}`,
          dependsOn: [parent],
          lifecycle: {},
          fields: { role: { kind: 'plain', value: role } },
        });
      }
    };
    add('Owner', one.owners);
    add('Reader', one.readers);
  }
  return { desired, authoritative };
}

const fingerprint = (domain: string, value: Sensitive | string): string =>
  createHmac('sha256', 'test')
    .update(`${domain}\0${typeof value === 'string' ? value : value.reveal()}`)
    .digest('hex');

/** A stack whose state lives in memory: plan and apply as the engine does, in few lines. */
export class Stack {
  records: StateRecord[] = [];
  serial = 0;

  constructor(
    readonly sandbox: HeliosSandbox,
    readonly options: OpenOptions = {},
  ) {}

  /** Opens, prepares, reads and plans. */
  async plan(
    wanted: Readonly<Record<string, Wanted>>,
  ): Promise<{ plan: Plan; session: Session; items: ApplyItem[] }> {
    const session = await open(this.sandbox, this.options);
    const { desired, authoritative } = configured(wanted);
    const prepared = await session.prepare(desired);
    const actual = await session.read({ desired: prepared.resources, records: this.records, authoritative });
    const state: StateData | undefined =
      this.serial === 0
        ? undefined
        : {
            version: 2,
            serial: this.serial,
            lineage: 'l',
            stack: 'test',
            systems: {},
            records: this.records,
          };
    const plan = makePlan({
      stack: 'test',
      now: new Date().toISOString(),
      configuration: '',
      desired: prepared.resources,
      authoritative,
      removed: [],
      actual: { helios: actual },
      unreachable: [],
      state,
      kinds,
      fingerprint,
      scope: { targets: [], excludes: [] },
      diagnostics: prepared.diagnostics,
    });
    const byAddress = new Map(prepared.resources.map((resource) => [resource.address, resource]));
    const items = plan.changes.map((change): ApplyItem => {
      const one = change.action === 'delete' ? undefined : byAddress.get(change.address);
      return one === undefined ? { change } : { change, desired: one };
    });
    return { plan, session, items };
  }

  /** What a session is told when it asks for everything to be kept. */
  checkpoint = (): Promise<boolean> => Promise.resolve(true);

  /** Applies items and remembers what was done. */
  async carryOut(session: Session, items: readonly ApplyItem[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    const byAddress = new Map(items.map((item) => [item.change.address, item]));
    await session.apply(
      items,
      (outcome) => {
        outcomes.push(outcome);
        const item = byAddress.get(outcome.address);
        if (outcome.status === 'done' && item !== undefined) this.remember(item, outcome);
      },
      this.checkpoint,
    );
    return outcomes;
  }

  async apply(wanted: Readonly<Record<string, Wanted>>): Promise<{ plan: Plan; outcomes: Outcome[] }> {
    const { plan, session, items } = await this.plan(wanted);
    return { plan, outcomes: await this.carryOut(session, items) };
  }

  private remember({ change, desired }: ApplyItem, outcome: Outcome & { status: 'done' }): void {
    this.serial += 1;
    this.records = this.records.filter((record) => record.address !== change.address);
    if (desired === undefined || outcome.id === undefined) return;
    const fields: Record<string, Plain> = {};
    const fingerprints: Record<string, string> = {};
    for (const [path, field] of Object.entries(desired.fields)) {
      if (field.kind === 'plain') fields[path] = field.value;
      if (field.kind === 'sensitive')
        fingerprints[path] = fingerprint(`${change.address}#${path}`, field.value);
    }
    this.records.push({
      address: change.address,
      id: outcome.id,
      appliedAt: new Date().toISOString(),
      fields,
      fingerprints,
      sensitiveFields: Object.keys(fingerprints),
      dependsOn: desired.dependsOn,
      ...(outcome.changedAt === undefined ? {} : { changedAt: outcome.changedAt }),
      ...(outcome.changedBy === undefined ? {} : { changedBy: outcome.changedBy }),
    });
  }
}

/** Who holds what on a living secret, as sorted texts: `Owner user ana@example.com`. */
export function accessOf(sandbox: HeliosSandbox, name: string): string[] {
  const secret = [...sandbox.world.secrets.values()].find(
    (one) => one.name === name && one.removal === undefined,
  );
  return (secret?.grants ?? [])
    .map(({ role, identity, inheritedFrom }) => {
      const who =
        identity.kind === 'user'
          ? sandbox.world.users.get(identity.id)?.email
          : sandbox.world.teams.get(identity.id)?.name;
      return `${role} ${identity.kind} ${who ?? identity.id}${inheritedFrom === undefined ? '' : ' (inherited)'}`;
    })
    .sort();
}

/** How many living secrets there are, by name. */
export function living(sandbox: HeliosSandbox): string[] {
  return [...sandbox.world.secrets.values()]
    .filter((secret) => secret.removal === undefined)
    .map((secret) => secret.name)
    .sort();
}

/** Actions and addresses of a plan, short. */
export function shortly(plan: Plan): string[] {
  return plan.changes.map((change) => {
    const { name, member } = kinds.mustParse(change.address);
    return `${change.action} ${name}${member === undefined ? '' : `/${member}`}`;
  });
}
