import fc from 'fast-check';
import type { FaultRule, HeliosSandbox, WorldEdit } from '../../src/sandbox/helios/index.js';
import { Refusal } from '../../src/sandbox/helios/index.js';
import { livingSecrets } from './watch.js';

/*
 * What can happen next, as plain data. Numbers stand for secrets, people and teams: each is taken modulo what there is at
 * that moment, so that every sequence of steps makes sense, and any part of it still does.
 */

/** Who does what by hand: never the tool, never one of those who are removed. */
export const BY = 'ana@example.com';
/** Names that files may have. */
export const MANAGED = ['A_ONE', 'A_TWO', 'B_ONE', 'B_TWO', 'C'];
/** Names that no file ever has. */
export const FOREIGN = ['FOREIGN_ONE', 'FOREIGN_TWO'];
/** A piece of every value. */
export const MARK = 'hunter-';
const COMING_AND_GOING = ['ben@example.com', 'chloe@example.com', 'dora@example.com', 'eli@example.com'];
const TEAMS = ['Platform', 'Machine Learning', 'Data Engineering', 'Interns', 'Archive', 'Night Shift'];
const TOOL = 'ci-bot@example.com';

/** What a secret of the file is to be like. */
export interface Spec {
  readonly value: number;
  readonly owners: readonly number[] | undefined;
  readonly readers: readonly number[] | undefined;
  /** `reader`: it drops its Owner and stays Reader. */
  readonly self: 'keep' | 'drop' | 'reader';
  readonly minOwners: number | undefined;
  readonly adopt: boolean;
  readonly onRemove: 'forget' | undefined;
}

/** One change by hand. */
export type Hand =
  | {
      readonly hand: 'rotate' | 'delete' | 'remake' | 'inherit';
      readonly secret: number;
      readonly who: number;
    }
  | {
      readonly hand: 'grant' | 'revoke';
      readonly secret: number;
      readonly who: number;
      readonly role: number;
    }
  | { readonly hand: 'tool-grant' | 'tool-revoke'; readonly secret: number }
  | { readonly hand: 'make'; readonly secret: number }
  | { readonly hand: 'join' | 'leave'; readonly who: number }
  | { readonly hand: 'team' | 'no-team' | 'empty-team'; readonly team: number }
  | { readonly hand: 'member' | 'no-member'; readonly team: number; readonly who: number };

/** One step of a run. */
export type Step =
  | { readonly step: 'want'; readonly secret: number; readonly spec: Spec }
  | { readonly step: 'unwant'; readonly secret: number }
  | {
      readonly step: 'rule';
      readonly pattern: number;
      readonly owners: readonly number[];
      readonly readers: readonly number[];
    }
  | { readonly step: 'no-rules' }
  | { readonly step: 'hand'; readonly hand: Hand }
  | { readonly step: 'plan' }
  /** `mend`: first takes out of the file what is not there any more. */
  | { readonly step: 'apply'; readonly mend: boolean }
  /** One more run must end what is left. */
  | { readonly step: 'disturbed'; readonly fault: FaultRule }
  | { readonly step: 'stopped'; readonly at: number }
  /** Somebody else is there at the same time. */
  | { readonly step: 'meanwhile'; readonly at: number; readonly hand: Hand };

const index = fc.nat({ max: 11 });
const some = fc.uniqueArray(index, { maxLength: 3 });
const at = fc.integer({ min: 1, max: 30 });
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });

const spec: fc.Arbitrary<Spec> = fc.record({
  value: fc.nat({ max: 99 }),
  owners: maybe(some),
  readers: maybe(some),
  self: fc.oneof(
    { weight: 6, arbitrary: fc.constant('keep' as const) },
    { weight: 1, arbitrary: fc.constant('drop' as const) },
    { weight: 1, arbitrary: fc.constant('reader' as const) },
  ),
  minOwners: fc.oneof(
    { weight: 5, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
  ),
  adopt: fc.boolean(),
  onRemove: fc.constantFrom(undefined, undefined, undefined, 'forget' as const),
});

const hand: fc.Arbitrary<Hand> = fc.oneof(
  fc.record({
    hand: fc.constantFrom('rotate' as const, 'delete' as const, 'remake' as const, 'inherit' as const),
    secret: index,
    who: index,
  }),
  fc.record({
    hand: fc.constantFrom('grant' as const, 'grant' as const, 'revoke' as const),
    secret: index,
    who: index,
    role: fc.nat({ max: 3 }),
  }),
  fc.record({
    hand: fc.constantFrom('tool-grant' as const, 'tool-grant' as const, 'tool-revoke' as const),
    secret: index,
  }),
  fc.record({ hand: fc.constant('make' as const), secret: index }),
  fc.record({ hand: fc.constantFrom('join' as const, 'join' as const, 'leave' as const), who: index }),
  fc.record({
    hand: fc.constantFrom('team' as const, 'team' as const, 'no-team' as const, 'empty-team' as const),
    team: index,
  }),
  fc.record({
    hand: fc.constantFrom('member' as const, 'member' as const, 'no-member' as const),
    team: index,
    who: index,
  }),
);

const times = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(1000));
const fault: fc.Arbitrary<FaultRule> = fc.oneof(
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(500, 502, 503, 504),
    effect: fc.boolean(),
    nth: at,
    times,
  }),
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constant(429),
    retryAfter: fc.constantFrom(0, 'Thu, 01 Jan 2026 00:00:00 GMT', 'soon'),
    nth: at,
    times,
  }),
  fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(401, 403, 409), nth: at, times }),
  fc.record({
    kind: fc.constantFrom('html' as const, 'garbage' as const),
    effect: fc.boolean(),
    nth: at,
    times,
  }),
  fc.record({
    kind: fc.constantFrom(
      'timeout-before' as const,
      'timeout-after' as const,
      'reset-before' as const,
      'reset-after' as const,
      'truncated' as const,
    ),
    nth: at,
    times,
  }),
  fc.record({ kind: fc.constant('slow' as const), delayMs: fc.constant(3), nth: at, times }),
);

/** Any next step. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ step: fc.constant('want' as const), secret: index, spec }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('unwant' as const), secret: index }) },
  {
    weight: 1,
    arbitrary: fc.record({
      step: fc.constant('rule' as const),
      pattern: fc.nat({ max: 3 }),
      owners: some,
      readers: some,
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ step: 'no-rules' }) },
  { weight: 8, arbitrary: fc.record({ step: fc.constant('hand' as const), hand }) },
  { weight: 3, arbitrary: fc.constant<Step>({ step: 'plan' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('apply' as const),
      mend: fc.constantFrom(true, true, true, false),
    }),
  },
  { weight: 3, arbitrary: fc.record({ step: fc.constant('disturbed' as const), fault }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('stopped' as const), at }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('meanwhile' as const), at, hand }) },
);

/** One of a list, by a number of any size. */
export function pick<T>(list: readonly T[], number: number): T | undefined {
  return list[number % Math.max(1, list.length)];
}

/** Everyone whom a file can name now, the tool included. */
export function principals({ world }: HeliosSandbox): readonly string[] {
  return [
    ...[...world.users.values()].map((user) => `user:${user.email}`),
    ...[...world.teams.values()].map((team) => `team:${team.name}`),
  ];
}

function holder(principal: string): { user: string } | { team: string } {
  const name = principal.slice(5);
  return principal.startsWith('user:') ? { user: name } : { team: name };
}

/** What a change by hand comes down to now; `undefined` where there is nobody or nothing to do it with. */
function editOf(sandbox: HeliosSandbox, one: Hand, fresh: string): WorldEdit | undefined {
  const names = livingSecrets(sandbox.world).map((secret) => secret.name);
  const people = principals(sandbox).map(holder);
  const secret = 'secret' in one ? pick(names, one.secret) : undefined;
  const who = 'who' in one ? pick(people, one.who) : undefined;
  const team = 'team' in one ? (pick(TEAMS, one.team) ?? '') : '';
  switch (one.hand) {
    case 'make': {
      const name = pick([...MANAGED, ...FOREIGN], one.secret) ?? '';
      return { kind: 'create-secret', name, value: fresh, by: BY };
    }
    case 'join':
      return { kind: 'add-user', email: pick(COMING_AND_GOING, one.who) ?? '' };
    case 'leave':
      return { kind: 'remove-user', user: pick(COMING_AND_GOING, one.who) ?? '' };
    case 'team':
      return { kind: 'add-team', name: team };
    case 'no-team':
      return { kind: 'remove-team', team };
    case 'empty-team':
      return undefined;
    case 'member':
      return who === undefined ? undefined : { kind: 'add-member', of: team, ...who };
    case 'no-member':
      return who === undefined ? undefined : { kind: 'remove-member', of: team, ...who };
    case 'rotate':
      return secret === undefined ? undefined : { kind: 'set-value', secret, value: fresh, by: BY };
    case 'delete':
      return secret === undefined ? undefined : { kind: 'delete-secret', secret, by: BY };
    case 'remake':
      return secret === undefined ? undefined : { kind: 'recreate-secret', secret, value: fresh, by: BY };
    case 'inherit':
      return secret === undefined || who === undefined
        ? undefined
        : { kind: 'add-inherited-grant', secret, role: 'Reader', ...who };
    case 'grant':
    case 'revoke': {
      const role = ['Owner', 'Reader', 'Auditor', 'Boss'][one.role] ?? 'Reader';
      return secret === undefined || who === undefined
        ? undefined
        : { kind: one.hand, secret, role, by: BY, ...who };
    }
    case 'tool-grant':
    case 'tool-revoke': {
      const kind = one.hand === 'tool-grant' ? 'grant' : 'revoke';
      return secret === undefined ? undefined : { kind, secret, role: 'Owner', user: TOOL, by: BY };
    }
  }
}

/** Does something by hand; what the API's rules do not allow is not done. @param fresh a value that nobody has seen */
export function byHand(sandbox: HeliosSandbox, one: Hand, fresh: string): void {
  const edits = one.hand === 'empty-team' ? emptying(sandbox, one.team) : [editOf(sandbox, one, fresh)];
  for (const edit of edits) {
    if (
      edit?.kind === 'add-team' &&
      [...sandbox.world.teams.values()].some((team) => team.name === edit.name)
    )
      continue;
    try {
      if (edit !== undefined) sandbox.control.edit(edit);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
}

function emptying({ world }: HeliosSandbox, number: number): WorldEdit[] {
  const name = pick(TEAMS, number) ?? '';
  const team = [...world.teams.values()].find((one) => one.name === name);
  return [
    ...[...(team?.memberUsers ?? [])].map((user) => ({ kind: 'remove-member' as const, of: name, user })),
    ...[...(team?.memberTeams ?? [])].map((id) => ({ kind: 'remove-member' as const, of: name, team: id })),
  ];
}
