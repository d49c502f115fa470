/*
 * All changes of one secret, in the order that keeps an Owner at every moment (design, promise 2):
 *
 *   create → grant → update the value → revoke; the tool's own Owner goes last of all.
 *
 * What the plan saw is read again right before. Where it differs, nothing of this secret is done.
 */
import { defined, kindOf, type ApplyItem, type Outcome, type Sensitive } from '../../model/index.js';
import type { HttpClient, SessionContext } from '../sdk/index.js';
import { takesAway, type ShareStep } from './access-plan.js';
import type { Api } from './api.js';
import type { SecretInfo } from './api-types.js';
import type { Identities } from './directory.js';
import type { Role } from './kinds.js';
import { checkSecret, checkShare, ownStep, remainingOwner, shareStep, type Held } from './preconditions.js';
import { directRoles, shareId } from './shares.js';
import { failedOutcome, StepError } from './step-error.js';
import { changeAccess, createSecret, deleteSecret, gone, updateValue, type Writer } from './writes.js';
import { kinds } from './kinds.js';

/** What one run of apply works with. */
export interface Run {
  readonly api: Api;
  readonly client: HttpClient;
  readonly host: string;
  /** Secrets as last listed: ids by name. */
  readonly listed: ReadonlyMap<string, string>;
  readonly identities: () => Promise<Identities>;
  readonly context: SessionContext;
  readonly onOutcome: (outcome: Outcome) => void;
  /** Keeps everything told so far; says whether it is kept. */
  readonly checkpoint: () => Promise<boolean>;
}

/** Carries out all changes of one secret. Never throws; what has no outcome in the end was not tried. */
export async function applySecret(run: Run, name: string, items: readonly ApplyItem[]): Promise<void> {
  const active: ApplyItem[] = [];
  for (const item of items) {
    if (writesNothing(item)) tellDone(run, item, item.change.id);
    else active.push(item);
  }
  if (active.length === 0) return;
  const ofSecret = active.find((item) => kindOf(item.change.address) === 'secret');
  const shares = active.filter((item) => item !== ofSecret);
  // Whose failure it is, while a step is under way.
  let current: readonly ApplyItem[] = ofSecret === undefined ? shares : [ofSecret];
  try {
    const identities = await run.identities();
    const writer: Writer = {
      api: run.api,
      client: run.client,
      selfId: identities.self.id,
      emailOf: (id) => identities.emailOf(id),
      isOld: (
        (old) => (id: string) =>
          old.has(id)
      )(new Set(run.listed.values())),
    };
    if (ofSecret?.change.action === 'delete') {
      await removeSecret(run, writer, ofSecret);
      tellDone(run, ofSecret);
      for (const item of shares) if (item.change.action === 'delete') tellDone(run, item);
      return;
    }
    if (ofSecret?.change.action === 'replace') {
      throw new StepError('A secret is never replaced as a whole.', 'Plan again.');
    }

    let secret: { readonly id: string; readonly name: string };
    let seen: SecretInfo | undefined;
    let held: Held;
    if (ofSecret?.change.action === 'create') {
      const created = await createSecret(writer, name, wantedValue(ofSecret));
      secret = created;
      current = shares;
      // Whoever makes a secret is its Owner, and nobody else sees it (seed).
      held = new Map([[identities.self.id, new Set<Role>(['Owner'])]]);
      tellDone(run, ofSecret, created.id, {
        at: created.updatedAt,
        by: identities.emailOf(created.updatedBy),
      });
      // Handed over, it may not be seen any more: then nobody could find out that it is ours.
      if (ofSecret.desired?.self === 'drop' && !(await run.checkpoint())) {
        throw new StepError(
          'The state could not be saved, so the secret was not handed over yet.',
          'Run it again once the state can be saved.',
        );
      }
    } else {
      const id = await idOfSecret(run, name, active);
      const [now, list] = await Promise.all([
        ofSecret === undefined ? undefined : run.api.secret(id, true),
        shares.length === 0 ? [] : run.api.access(id, true),
      ]);
      if (ofSecret !== undefined) seen = checkSecret(writer, ofSecret, now);
      current = shares;
      if (list === undefined) throw gone(name);
      held = directRoles(list);
      secret = { id, name };
      for (const item of shares) {
        current = [item];
        checkShare(item, id, held, identities, list);
      }
    }

    current = shares;
    const steps = [
      ...shares.map((item) => shareStep(item, held, identities)),
      ...ownStep(ofSecret, shares, identities),
    ];
    const remaining = remainingOwner(name, held, steps, identities);
    const value = seen === undefined ? undefined : ofSecret;
    // Without a value to write in between, one request does it all.
    const early = value === undefined ? steps : steps.filter((step) => !takesAway(step));
    const late = steps.filter((step) => !early.includes(step));

    current = itemsOf(early);
    await changeAccess(writer, secret, early, late.length === 0 ? remaining : undefined);
    for (const step of early) tellShared(run, step, secret.id);
    if (value !== undefined && seen !== undefined) {
      current = [value];
      const written = await updateValue(writer, seen, wantedValue(value));
      tellDone(run, value, secret.id, { at: written.updatedAt, by: identities.emailOf(written.updatedBy) });
    }
    if (late.length > 0) {
      current = itemsOf(late);
      const list = await run.api.access(secret.id, true);
      if (list === undefined) throw gone(name);
      const heldNow = directRoles(list);
      for (const item of itemsOf(late)) checkShare(item, secret.id, heldNow, identities, list);
      await changeAccess(writer, secret, late, remainingOwner(name, heldNow, late, identities));
      for (const step of late) tellShared(run, step, secret.id);
    }
  } catch (error) {
    for (const item of current) run.onOutcome(failedOutcome(item.change.address, error, run.host));
  }
}

function writesNothing({ change }: ApplyItem): boolean {
  return (
    change.action === 'forget' ||
    change.action === 'import' ||
    change.action === 'noop' ||
    change.precondition.kind === 'none'
  );
}

function tellDone(
  run: Run,
  item: ApplyItem,
  id?: string,
  changed?: { readonly at: string; readonly by: string },
): void {
  run.onOutcome({
    status: 'done',
    address: item.change.address,
    ...defined({ id }),
    ...(changed === undefined ? {} : { changedAt: changed.at, changedBy: changed.by }),
  });
}

function tellShared(run: Run, step: ShareStep, secretId: string): void {
  if (step.item === undefined) return;
  tellDone(run, step.item, step.wanted.size === 0 ? undefined : shareId(secretId, step.member.id));
}

function itemsOf(steps: readonly ShareStep[]): readonly ApplyItem[] {
  return steps.flatMap((step) => step.item ?? []);
}

function wantedValue({ change, desired }: ApplyItem): Sensitive {
  const value = desired?.fields['value'];
  if (value?.kind !== 'sensitive') throw new StepError(`${change.address} has no value to write.`);
  return value.value;
}

async function removeSecret(run: Run, writer: Writer, item: ApplyItem): Promise<void> {
  const { precondition } = item.change;
  if (precondition.kind !== 'present') throw new StepError('Only a secret that was seen can be deleted.');
  const now = await run.api.secret(precondition.id, true);
  if (now === undefined) return;
  checkSecret(writer, item, now);
  await deleteSecret(writer, precondition.id);
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
