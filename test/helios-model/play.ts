import { expect } from 'vitest';
import type { ApplyResult, PlanResult } from '../../src/engine/index.js';
import { planDocument } from '../report/rendered.js';
import { defaultSeed, startHelios, type HeliosSandbox } from '../../src/sandbox/helios/index.js';
import { directGrants, isAllowed, listsOf, may, obstacles, recordOf, wantedGrants } from './oracle.js';
import type { Situation } from './oracle.js';
import { openSite, type File, type FileSecret, type RunHow, type Site } from './site.js';
import { BY, byHand, FOREIGN, MANAGED, MARK, pick, principals, type Spec, type Step } from './steps.js';
import { livingSecrets, userOf, watch } from './watch.js';

/** How many steps did what: a test whose applies were all refused would say nothing. */
export type Tally = Record<'steps' | 'applied' | 'refused' | 'failed' | 'disturbed', number>;

const TOOL = { key: 'ci-bot', principal: 'user:ci-bot@example.com' };

/** A situation, and what must come of it. */
interface Looked extends Situation {
  readonly obstacles: readonly string[];
  readonly wanted: ReadonlyMap<string, readonly string[] | undefined>;
}

/** A sandbox, a file in a folder, and what is known of both; walks from step to step and checks each. */
export class Play {
  private file: File = { secrets: {}, shares: [] };
  private made = 0;
  /** Secrets that the tool made or owns, and that it gave up on purpose. */
  private readonly released = new Set<string>();

  private constructor(
    private readonly sandbox: HeliosSandbox,
    private readonly site: Site,
    private readonly tally: Tally,
  ) {}

  /** Starts in the default organization, with custom roles and two secrets that nobody manages. */
  static async open(tally: Tally, variant: { apiShape: 'node' | 'go'; bare: boolean }): Promise<Play> {
    const sandbox = await startHelios({
      apiShape: variant.apiShape,
      listWithoutValues: variant.bare,
      seed: {
        ...defaultSeed,
        roles: [
          { name: 'Auditor', description: '', permissions: ['View'], inherits: [] },
          { name: 'Boss', description: '', permissions: [], inherits: ['Owner'] },
        ],
        secrets: FOREIGN.map((name) => ({
          name,
          value: `${MARK}foreign`,
          createdBy: BY,
          grants: [{ role: 'Owner', user: 'ci-bot@example.com' }],
        })),
      },
    });
    return new Play(sandbox, await openSite({ sandbox, key: TOOL.key }), tally);
  }

  async close(): Promise<void> {
    await Promise.all([this.site.close(), this.sandbox.close()]);
  }

  /** Does one step. Raises where something is not as it must be. */
  async take(step: Step): Promise<void> {
    this.tally.steps += 1;
    switch (step.step) {
      case 'want':
        this.want(pick(MANAGED, step.secret) ?? '', step.spec);
        return;
      case 'unwant': {
        const gone = pick(MANAGED, step.secret);
        const secrets = Object.entries(this.file.secrets).filter(([name]) => name !== gone);
        this.file = { ...this.file, secrets: Object.fromEntries(secrets) };
        return;
      }
      case 'rule': {
        const [owners = [], readers = []] = this.people(step.owners, step.readers);
        const secrets = [pick(['A_*', '*_ONE', '*', '?_TWO'], step.pattern) ?? ''];
        this.file = { ...this.file, shares: [{ secrets, owners, readers }] };
        return;
      }
      case 'no-rules':
        this.file = { ...this.file, shares: [] };
        return;
      case 'hand':
        byHand(this.sandbox, step.hand, this.fresh());
        return;
      case 'plan':
        await this.plan();
        return;
      case 'apply':
        if (step.mend) this.mend();
        await this.apply();
        return;
      case 'disturbed':
        this.mend();
        await this.disturbed(step);
        return;
      case 'stopped':
        this.mend();
        await this.stopped(step.at);
        return;
      case 'meanwhile':
        this.mend();
        await this.meanwhile(step);
    }
  }

  private fresh(): string {
    this.made += 1;
    return `${MARK}made-${this.made}`;
  }

  private people(...lists: readonly (readonly number[])[]): string[][] {
    const all = principals(this.sandbox);
    const taken = new Set<string>();
    return lists.map((numbers) =>
      numbers.flatMap((number) => {
        const one = pick(all, number);
        if (one === undefined || taken.has(one)) return [];
        taken.add(one);
        return [one];
      }),
    );
  }

  private want(name: string, spec: Spec): void {
    const [owners = [], readers = []] = this.people(spec.owners ?? [], spec.readers ?? []);
    const isReader = spec.self === 'reader' && ![...owners, ...readers].includes(TOOL.principal);
    const secret: FileSecret = {
      value: `${MARK}value-${spec.value}`,
      ...(spec.owners === undefined ? {} : { owners }),
      ...(spec.readers === undefined && !isReader
        ? {}
        : { readers: isReader ? [...readers, TOOL.principal] : readers }),
      ...(spec.self === 'keep' ? {} : { self: 'drop' as const }),
      ...(spec.minOwners === undefined ? {} : { minOwners: spec.minOwners }),
      ...(spec.adopt ? { adopt: true } : {}),
      ...(spec.onRemove === undefined ? {} : { onRemove: spec.onRemove }),
    };
    this.file = { ...this.file, secrets: { ...this.file.secrets, [name]: secret } };
  }

  /** Takes out of the file who and what is not there any more, and asks for what stands in its way. */
  private mend(): void {
    const known = new Set(principals(this.sandbox));
    const keep = (list: readonly string[] | undefined): readonly string[] | undefined =>
      list?.filter((one) => known.has(one));
    const lists = <T extends { readonly owners?: readonly string[]; readonly readers?: readonly string[] }>(
      one: T,
    ): T => {
      const [owners, readers] = [keep(one.owners), keep(one.readers)];
      return {
        ...one,
        ...(owners === undefined ? {} : { owners }),
        ...(readers === undefined ? {} : { readers }),
      };
    };
    const situation = this.situation(undefined);
    const secrets = Object.entries(this.file.secrets).flatMap(([name, one]) => {
      const there = livingSecrets(this.sandbox.world).find((secret) => secret.name === name);
      const isHidden = there !== undefined && !may(situation, there, 'Share');
      return isHidden ? [] : [[name, { ...lists(one), adopt: true }] as const];
    });
    this.file = {
      secrets: Object.fromEntries(secrets),
      shares: this.file.shares.map((share) => lists(share)),
    };
    const without = (name: string): File => {
      const { minOwners, self, ...rest } = this.file.secrets[name] ?? { value: '' };
      const owners = [
        ...(rest.owners ?? []),
        ...(rest.owners?.includes(`user:${BY}`) === true ? [] : [`user:${BY}`]),
      ];
      const readers = rest.readers?.filter((reader) => reader !== `user:${BY}` && reader !== TOOL.principal);
      const mended = { ...rest, owners, ...(readers === undefined ? {} : { readers }) };
      return { ...this.file, secrets: { ...this.file.secrets, [name]: mended } };
    };
    for (const name of Object.keys(this.file.secrets)) {
      if (obstacles({ ...situation, file: this.file }).some((one) => one.startsWith(name)))
        this.file = without(name);
    }
    if (obstacles({ ...situation, file: this.file }).length > 0) this.file = { ...this.file, shares: [] };
  }

  private situation(state: Situation['state']): Situation {
    const { sandbox, file } = this;
    return {
      sandbox,
      file,
      state,
      tool: { id: userOf(sandbox, TOOL.key), principal: TOOL.principal },
    };
  }

  private async look(): Promise<Looked> {
    await this.site.write(this.file);
    const situation = this.situation(await this.site.state());
    const names = Object.keys(this.file.secrets);
    return {
      ...situation,
      obstacles: obstacles(situation),
      wanted: new Map(names.map((name) => [name, wantedGrants(situation, name)])),
    };
  }

  private async plan(): Promise<PlanResult> {
    const situation = await this.look();
    const before = JSON.stringify([...this.sandbox.world.secrets.values()]);
    const result = await this.site.plan();
    expect(JSON.stringify([...this.sandbox.world.secrets.values()])).toBe(before);
    this.judge(result, situation);
    await this.noLeaks(result);
    return result;
  }

  /** Whether a plan is refused where it must be, and only there. */
  private judge(result: PlanResult | ApplyResult, { obstacles: expected }: Looked): void {
    const errors = result.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    expect({
      refused: errors.length > 0,
      errors: errors.map((error) => error.summary),
      expected,
    }).toMatchObject({
      refused: expected.length > 0,
    });
    if (expected.length > 0) this.tally.refused += 1;
  }

  /** Applies in a world that stands still; everything that must come of it is checked. */
  private async apply(): Promise<ApplyResult> {
    const situation = await this.look();
    const result = await this.safely(situation, {});
    this.judge(result, situation);
    const failed = result.outcomes?.filter((outcome) => outcome.status === 'failed') ?? [];
    if (situation.obstacles.length > 0) return result;
    if (this.wasAllowed) expect({ status: result.status, failed }).toEqual({ status: 'ok', failed: [] });
    if (result.status === 'ok') {
      this.tally.applied += 1;
      await this.settled(situation, result);
    } else this.tally.failed += 1;
    return result;
  }

  /** Whether the API had to let the tool do what the last plan asked for. */
  private wasAllowed = true;

  /** Applies, whatever happens meanwhile, and checks what must hold all the time. */
  private async safely(
    situation: Situation,
    how: RunHow,
    touched: 'nobody' | 'somebody' = 'nobody',
  ): Promise<ApplyResult> {
    const { sandbox, file, site } = this;
    const { world } = sandbox;
    const sees = new Set(
      livingSecrets(world)
        .filter((one) => may(situation, one, 'View'))
        .map((one) => one.secretID),
    );
    const owned = new Set(situation.state?.records.map((record) => record.id));
    const untouched = livingSecrets(world).filter((one) => {
      const wanted = file.secrets[one.name];
      const record = recordOf(situation, one.name);
      if (wanted === undefined && record?.onRemove === 'forget') return true;
      return !owned.has(one.secretID) && wanted?.adopt !== true;
    });
    const unshared = livingSecrets(world).filter(
      (one) => file.secrets[one.name] !== undefined && listsOf(file, one.name) === undefined,
    );
    const guarded = livingSecrets(world).map((one) => ({
      one,
      grants: JSON.stringify(
        one.grants.filter((grant) => grant.inheritedFrom !== undefined || isCustom(grant.role)),
      ),
    }));
    const snapshot = (): string =>
      JSON.stringify([
        untouched,
        unshared.filter((one) => one.removal === undefined).map((one) => one.grants),
        [...world.users.values()],
        [...world.teams.values()].map((team) => [team, [...team.memberUsers], [...team.memberTeams]]),
        [...world.roles.values()],
      ]);
    const before = snapshot();
    const looked = watch(sandbox, (secret) => {
      const wanted = file.secrets[secret.name];
      return wanted !== undefined && wanted.self !== 'drop';
    });
    this.refresh = () => {
      looked.refresh();
    };
    this.wasAllowed = true;
    const result = await site.apply({
      ...how,
      onPlan: ({ changes }) => {
        this.wasAllowed = isAllowed(situation, changes);
      },
    });
    looked.end();
    expect(looked.violations).toEqual([]);
    if (touched === 'nobody') {
      expect(snapshot()).toBe(before);
      for (const { one, grants } of guarded) {
        if (one.removal !== undefined) continue;
        expect(
          JSON.stringify(
            one.grants.filter((grant) => grant.inheritedFrom !== undefined || isCustom(grant.role)),
          ),
        ).toBe(grants);
      }
    }
    for (const { action, address } of result.plan?.changes ?? []) {
      const name = /^secret\.helios\.(.*)$/.exec(address)?.[1] ?? '';
      const record = recordOf(situation, name);
      // Given up on purpose, or since the tool does not see it any more.
      const isReleased = record?.onRemove === 'forget' || !sees.has(record?.id ?? '');
      if (action === 'forget' && record !== undefined && isReleased) this.released.add(record.id);
    }
    for (const outcome of result.outcomes ?? [])
      if (outcome.status === 'failed') expect(outcome.message).toMatch(/\w{3}/);
    await this.noLeaks(result);
    return result;
  }

  private refresh: () => void = () => undefined;

  private async disturbed({ fault }: Extract<Step, { step: 'disturbed' }>): Promise<void> {
    const situation = await this.look();
    this.sandbox.control.addFault({ ...fault, path: '^/v1' });
    const isTimeout = fault.kind.startsWith('timeout');
    await this.safely(situation, isTimeout ? { timeoutMs: 60 } : {});
    this.sandbox.control.clearFaults();
    await this.again();
  }

  private async stopped(at: number): Promise<void> {
    const situation = await this.look();
    const stop = new AbortController();
    let count = 0;
    const end = this.sandbox.control.observe(() => {
      count += 1;
      if (count === at) stop.abort();
    });
    await this.safely(situation, { signal: stop.signal });
    end();
    await this.again();
  }

  /** One more run ends what a disturbed one left. */
  private async again(): Promise<void> {
    this.tally.disturbed += 1;
    await this.apply();
  }

  private async meanwhile({ at, hand }: Extract<Step, { step: 'meanwhile' }>): Promise<void> {
    const situation = await this.look();
    let count = 0;
    const value = this.fresh();
    const end = this.sandbox.control.observe(() => {
      count += 1;
      if (count !== at) return;
      byHand(this.sandbox, hand, value);
      this.refresh();
    });
    await this.safely(situation, { parallelism: 1 }, 'somebody');
    end();
  }

  /** After an apply that went well the world is as the file says, as far as the tool sees it, and nothing is left to do. */
  private async settled(before: Looked, { plan: done }: ApplyResult): Promise<void> {
    // What the tool cannot see is named, and left.
    const unseen = new Set(done?.unverified.map(({ address }) => address));
    const situation = this.situation(await this.site.state());
    const { world } = this.sandbox;
    const living = new Map(livingSecrets(world).map((one) => [one.name, one]));
    for (const [name, { value }] of Object.entries(this.file.secrets)) {
      if (unseen.has(`secret.helios.${name}`)) continue;
      const secret = living.get(name);
      expect(secret?.value, name).toBe(value);
      const wanted = before.wanted.get(name);
      if (secret !== undefined && wanted !== undefined)
        expect(directGrants(world, secret), name).toEqual(wanted);
    }
    for (const [name, secret] of living) {
      if (secret.createdBy !== situation.tool.id || this.released.has(secret.secretID)) continue;
      if (this.file.secrets[name] === undefined && recordOf(before, name)?.onRemove === 'forget') continue;
      expect(recordOf(situation, name)?.id, `the state knows ${name}`).toBe(secret.secretID);
    }
    const left = await this.site.plan();
    const hidden = (address: string): boolean => {
      const secret = living.get(/^\w+\.helios\.([^/]+)/.exec(address)?.[1] ?? '');
      return secret !== undefined && !may(situation, secret, 'View');
    };
    const changes = left.plan?.changes.filter((change) => !hidden(change.address));
    expect(changes?.map((change) => `${change.action} ${change.address}: ${change.reason}`)).toEqual([]);
  }

  private async noLeaks(result: PlanResult | ApplyResult): Promise<void> {
    const texts = [
      JSON.stringify(result),
      planDocument(result.status, result.diagnostics, result.plan),
      await this.site.kept(),
    ];
    for (const text of texts) {
      expect(text.includes(MARK), 'a value in what the tool keeps or says').toBe(false);
      expect(text.includes('sandbox_ci-bot'), 'the key in what the tool keeps or says').toBe(false);
    }
  }
}

function isCustom(role: string): boolean {
  return role !== 'Owner' && role !== 'Reader';
}
