/*
 * All changes of one secret, in the order that keeps an Owner at every moment (design, promise 2):
 *
 *   create → grant → update the value → revoke; the tool's own Owner is revoked last.
 *
 * What the plan saw is read again right before. Where it differs, nothing of this secret is done.
 */
import { defined, kindOf, type ApplyItem, type Outcome, type Sensitive } from '../../model/index.js';
import type { HttpClient, SessionContext } from '../sdk/index.js';
import { takesAway, type ShareStep } from './access-plan.js';
import type { Api } from './api.js';
import type { AccessList, SecretInfo } from './api-types.js';
import { copyAccess } from './copy-access.js';
import type { Identities } from './directory.js';
import { kinds, type Role } from './kinds.js';
import { checkSecret, checkShare, ownStep, remainingOwner, shareStep, type Held } from './preconditions.js';
import { directRoles, shareId } from './shares.js';
import { failedOutcome, StepError } from './step-error.js';
import { changeAccess, createSecret, deleteSecret, gone, updateValue, type Writer } from './writes.js';

/** What one run of apply works with. */
export interface Run {
  readonly api: Api;
  readonly client: HttpClient;
  readonly host: string;
  /** Secrets as last listed: ids by name. */
  readonly listed: ReadonlyMap<string, string>;
  /** @param isFresh read them again */
  readonly identities: (isFresh?: boolean) => Promise<Identities>;
  readonly context: SessionContext;
  readonly onOutcome: (outcome: Outcome) => void;
  /** Saves everything told so far; whether it is saved. */
  readonly checkpoint: () => Promise<boolean>;
}

/** All changes of one secret, while they are carried out. */
interface Work {
  readonly run: Run;
  readonly writer: Writer;
  readonly identities: Identities;
  readonly name: string;
  /** The change of the secret itself, where there is one. */
  readonly secretItem: ApplyItem | undefined;
  readonly shares: readonly ApplyItem[];
  /** Marks the items whose failure the next step would be. */
  readonly begin: (items: readonly ApplyItem[]) => void;
}

/** The secret that shares are changed of, as it is now. */
interface Target {
  readonly id: string;
  readonly name: string;
  readonly held: Held;
  /** What an update replaces; absent where the value is not to be updated. */
  readonly outdated?: SecretInfo;
}

const NO_ACCESS: AccessList = { grants: [], unnamed: [] };

/** Carries out all changes of one secret. Never throws; what has no outcome in the end was not tried. */
export async function applySecret(run: Run, name: string, items: readonly ApplyItem[]): Promise<void> {
  for (const item of items.filter(writesNothing)) tellDone(run, item, item.change.id);
  const pending = items.filter((item) => !writesNothing(item));
  if (pending.length === 0) return;
  const secretItem = pending.find((item) => kindOf(item.change.address) === 'secret');
  const shares = pending.filter((item) => item !== secretItem);
  let underWay: readonly ApplyItem[] = secretItem === undefined ? shares : [secretItem];
  const begin = (next: readonly ApplyItem[]): void => {
    underWay = next;
  };
  try {
    const identities = await run.identities();
    const writer = writerOf(run, identities);
    await carryOut({ run, writer, identities, name, secretItem, shares, begin });
  } catch (error) {
    for (const item of underWay) run.onOutcome(failedOutcome(item.change.address, error, run.host));
  }
}

function writerOf({ api, client, listed }: Run, identities: Identities): Writer {
  const old = new Set(listed.values());
  return {
    api,
    client,
    selfId: identities.self.id,
    emailOf: (id) => identities.emailOf(id),
    isOld: (id) => old.has(id),
  };
}

async function carryOut(work: Work): Promise<void> {
  const { secretItem } = work;
  const action = secretItem?.change.action;
  if (action === 'replace') throw new StepError('A secret is never replaced as a whole.', 'Plan again.');
  if (secretItem !== undefined && action === 'delete') return removeSecret(work, secretItem);
  const isNew = secretItem !== undefined && action === 'create';
  await changeShares(work, await (isNew ? create(work, secretItem) : checkTarget(work)));
}

/** Creates the secret, and has it recorded before it is handed over. */
async function create(work: Work, secretItem: ApplyItem): Promise<Target> {
  const { run, writer, identities, name, shares } = work;
  // The creator of a secret is its Owner, and nobody else sees it (seed).
  const held: Held = new Map([[identities.self.id, new Set<Role>(['Owner'])]]);
  if (secretItem.desired?.self === 'drop') {
    const steps = shares.map((item) => shareStep(item, held, identities));
    remainingOwner(name, held, [...steps, ...ownStep(secretItem, shares, identities)], identities);
  }
  const created = await createSecret(writer, name, wantedValue(secretItem));
  work.begin(work.shares);
  tellWritten(work, secretItem, created);
  // Handed over, it may not be visible any more: then nobody could find out that it is ours.
  if (secretItem.desired?.self === 'drop' && !(await run.checkpoint())) {
    throw new StepError(
      'The state could not be saved, so the secret was not handed over yet.',
      'Run it again once the state can be saved.',
    );
  }
  return { id: created.id, name: created.name, held };
}

/** Reads what the plan saw again. @throws StepError where it is not as the plan saw */
async function checkTarget(work: Work): Promise<Target> {
  const { run, writer, identities, name, secretItem, shares } = work;
  const id = await idOfSecret(run, name, secretItem === undefined ? shares : [secretItem, ...shares]);
  const [secret, list] = await Promise.all([
    secretItem === undefined ? undefined : run.api.secret(id, true),
    shares.length === 0 ? NO_ACCESS : run.api.access(id, true),
  ]);
  const outdated = secretItem === undefined ? undefined : checkSecret(writer, secretItem, secret);
  work.begin(shares);
  if (list === undefined) throw gone(name);
  const { grants } = list;
  const held = directRoles(grants);
  for (const item of shares) {
    work.begin([item]);
    checkShare(item, id, held, identities, grants);
  }
  return { id, name, held, ...defined({ outdated }) };
}

/** Grants, updates the value, revokes. */
async function changeShares(work: Work, target: Target): Promise<void> {
  const { writer, identities, name, secretItem, shares } = work;
  const { held, outdated } = target;
  work.begin(shares);
  const steps = [
    ...shares.map((item) => shareStep(item, held, identities)),
    ...ownStep(secretItem, shares, identities),
  ];
  // Without a value to write in between, one request does it all.
  const early = outdated === undefined ? steps : steps.filter((step) => !takesAway(step));
  const late = steps.filter((step) => !early.includes(step));

  // Said before anything is changed.
  remainingOwner(name, held, steps, identities);
  work.begin(itemsOf(early));
  const remaining = late.length === 0 ? await ownerToRemain(work, held, steps) : undefined;
  await changeAccess(writer, target, early, remaining);
  tellShared(work, early, target.id);
  if (outdated !== undefined && secretItem !== undefined) {
    work.begin([secretItem]);
    tellWritten(work, secretItem, await updateValue(writer, outdated, wantedValue(secretItem)));
  }
  if (late.length > 0) await revoke(work, target, late);
}

/** The steps that remove access, after a fresh look at who has it. */
async function revoke(work: Work, target: Target, steps: readonly ShareStep[]): Promise<void> {
  const { run, writer, identities, name } = work;
  const items = itemsOf(steps);
  work.begin(items);
  const list = await run.api.access(target.id, true);
  if (list === undefined) throw gone(name);
  const held = directRoles(list.grants);
  for (const item of items) checkShare(item, target.id, held, identities, list.grants);
  await changeAccess(writer, target, steps, await ownerToRemain(work, held, steps));
  tellShared(work, steps, target.id);
}

/**
 * The Owner who remains, where somebody loses the role. A team may have been emptied since users and teams were read, so they are read
 * again where only a team would remain.
 * @throws StepError where no Owner who can act would remain
 */
async function ownerToRemain(
  { run, name, identities }: Work,
  held: Held,
  steps: readonly ShareStep[],
): Promise<ShareStep['member'] | undefined> {
  const remaining = remainingOwner(name, held, steps, identities);
  if (remaining?.type !== 'team') return remaining;
  return remainingOwner(name, held, steps, await run.identities(true));
}

function writesNothing({ change }: ApplyItem): boolean {
  return (
    change.action === 'forget' ||
    change.action === 'import' ||
    change.action === 'noop' ||
    change.precondition.kind === 'none'
  );
}

function tellDone(run: Run, item: ApplyItem, id?: string): void {
  run.onOutcome({ status: 'done', address: item.change.address, ...defined({ id }) });
}

function tellWritten({ run, identities }: Work, item: ApplyItem, written: SecretInfo): void {
  run.onOutcome({
    status: 'done',
    address: item.change.address,
    id: written.id,
    changedAt: written.updatedAt,
    changedBy: identities.emailOf(written.updatedBy),
  });
}

function tellShared({ run }: Work, steps: readonly ShareStep[], secretId: string): void {
  for (const { item, wanted, member } of steps) {
    if (item !== undefined) tellDone(run, item, wanted.size === 0 ? undefined : shareId(secretId, member.id));
  }
}

function itemsOf(steps: readonly ShareStep[]): readonly ApplyItem[] {
  return steps.flatMap((step) => step.item ?? []);
}

function wantedValue({ change, desired }: ApplyItem): Sensitive {
  const value = desired?.fields['value'];
  if (value?.kind !== 'sensitive') throw new StepError(`${change.address} has no value to write.`);
  return value.value;
}

/** Completes the copy of a secret that is destroyed because it was moved. */
async function copyToSuccessor(
  run: Run,
  writer: Writer,
  { change: { movedTo } }: ApplyItem,
  secret: SecretInfo,
): Promise<void> {
  if (movedTo === undefined) return;
  const { name } = kinds.mustParse(movedTo.address);
  const copy = await run.api.secretNamed(name);
  if (copy === undefined) throw gone(name);
  await copyAccess(writer, secret, copy, movedTo);
}

/** Deletes the secret; its shares go with it. */
async function removeSecret({ run, writer, shares }: Work, item: ApplyItem): Promise<void> {
  const { precondition } = item.change;
  if (precondition.kind !== 'present') throw new StepError('Only a secret that was seen can be deleted.');
  const secret = await run.api.secret(precondition.id, true);
  if (secret !== undefined) {
    checkSecret(writer, item, secret);
    await copyToSuccessor(run, writer, item, secret);
    await deleteSecret(writer, precondition.id);
  }
  tellDone(run, item);
  for (const share of shares) if (share.change.action === 'delete') tellDone(run, share);
}

/** The id of a secret that exists: as the plan has it, else as secrets were listed, else by its name. */
async function idOfSecret(run: Run, name: string, items: readonly ApplyItem[]): Promise<string> {
  for (const { change } of items) {
    if (change.precondition.kind !== 'present') continue;
    const [id] = change.precondition.id.split('/');
    if (id !== undefined) return id;
  }
  const id = run.listed.get(name) ?? (await run.api.secretNamed(name))?.id;
  if (id === undefined) throw gone(name);
  return id;
}
