import { defined, groupBy, problem, providerOf } from '../model/index.js';
import type { ActualResource, Change, Diagnostic, Kinds, MarkChange, Outcome } from '../model/index.js';
import { markToSet } from '../plan/index.js';
import type { Session } from '../providers/sdk/index.js';
import type { Loaded } from './load.js';
import type { RefreshResult } from './refresh/index.js';

/** What became of the marks of objects. */
export interface Marked {
  /** The objects whose marks were changed. */
  readonly addresses: ReadonlySet<string>;
  readonly failed: readonly Failed[];
  /** Objects that this identity may not mark. */
  readonly diagnostics: readonly Diagnostic[];
}

type Failed = Exclude<Outcome, { status: 'done' }>;

/** Where objects are marked. */
interface MarkContext {
  readonly loaded: Pick<Loaded, 'configuration' | 'kinds'>;
  readonly refreshed: Pick<RefreshResult, 'systems'>;
}

/** Marks objects as this stack's, those of one system in one transaction, where their system can hold a mark. */
export async function applyMarks(
  objects: readonly ActualResource[],
  { loaded: { configuration, kinds }, refreshed }: MarkContext,
): Promise<Marked> {
  const decisions = objects.map((actual) => ({
    actual,
    ...markToSet(actual, configuration.stack, kinds),
  }));
  const changes = decisions.flatMap(({ actual, mark }) =>
    mark === undefined ? [] : [markChange('import', actual, mark)],
  );
  const outcomes: Outcome[] = [];
  for (const [provider, ours] of groupBy(changes, ({ address }) => providerOf(address))) {
    const session = refreshed.systems.sessions.get(provider);
    if (session !== undefined) outcomes.push(...(await applyMarkChanges(session, ours)));
  }
  return { ...markedBy(outcomes), diagnostics: decisions.flatMap(({ diagnostics }) => diagnostics) };
}

/** Takes this stack's mark off objects that carry it. */
export function removeMarks(
  session: Session,
  objects: readonly ActualResource[],
): Promise<readonly Outcome[]> {
  return applyMarkChanges(
    session,
    objects.map((actual) => markChange('forget', actual, { action: 'remove' })),
  );
}

/** Which marks were changed, and which were not. */
export function markedBy(outcomes: readonly Outcome[]): Omit<Marked, 'diagnostics'> {
  return {
    addresses: new Set(outcomes.flatMap(({ status, address }) => (status === 'done' ? [address] : []))),
    failed: outcomes.flatMap((outcome) => (outcome.status === 'done' ? [] : [outcome])),
  };
}

/** Marks that could not be set, as problems. */
export function markProblems({ failed }: Pick<Marked, 'failed'>, code: string): readonly Diagnostic[] {
  return failed.map((outcome) =>
    problem({
      code,
      summary: `${outcome.address} could not be marked as this stack's: ${outcome.message}.`,
      address: outcome.address,
      ...defined({ next: outcome.status === 'failed' ? outcome.next : undefined }),
    }),
  );
}

/** Whether an object may carry a mark. */
export function isMarkedKind(kinds: Kinds, address: string): boolean {
  return kinds.policyOf(kinds.mustParse(address).kind).isMarked === true;
}

function markChange(action: 'import' | 'forget', actual: ActualResource, mark: MarkChange): Change {
  const { address, id, version } = actual;
  return {
    action,
    address,
    id,
    mark,
    reason: action === 'import' ? 'imported' : 'removed from the state',
    fields: [],
    precondition: { kind: 'present', id, version },
    after: [],
    fingerprints: {},
  };
}

async function applyMarkChanges(session: Session, changes: readonly Change[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  if (changes.length === 0) return outcomes;
  await session.apply(
    changes.map((change) => ({ change })),
    (outcome) => outcomes.push(outcome),
    () => Promise.resolve(true),
  );
  return outcomes;
}
