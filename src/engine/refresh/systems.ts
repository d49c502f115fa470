import { defined, groupBy, problem, providerOf, own } from '../../model/index.js';
import type {
  ActualResource,
  AuthoritativeList,
  DesiredResource,
  Diagnostic,
  ReadResult,
  StateData,
  StateRecord,
  SystemIdentity,
  Unreachable,
} from '../../model/index.js';
import type { ReadRequest, Session } from '../../providers/sdk/index.js';
import type { EngineScope } from '../run-scope.js';
import { timed } from '../timed.js';
import { withSessions } from './sessions.js';
import type { OpenSystem, SessionsRequest } from './sessions.js';

/** What the systems hold now. */
export interface SystemsSnapshot {
  readonly sessions: ReadonlyMap<string, Session>;
  /** By the provider's name; absent for a system that could not be read. */
  readonly actual: Readonly<Record<string, ReadResult>>;
  /** What is wanted, in the systems' own terms. */
  readonly desired: readonly DesiredResource[];
  readonly unreachable: readonly Unreachable[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What to read. */
export interface SystemsRequest extends Omit<SessionsRequest<unknown>, 'visit'> {
  readonly desired: readonly DesiredResource[];
  readonly authoritative: readonly AuthoritativeList[];
  readonly state: StateData | undefined;
  /** Records to read besides those of the state: of moves that the systems may not have followed, and of intents. */
  readonly alsoRead: readonly StateRecord[];
  /** Whether a record or the list on an object is needed; `alsoRead` always is. */
  readonly reads: (address: string) => boolean;
  /** As in a `ReadRequest`. */
  readonly mustReadValue: (address: string) => boolean;
  /** As in a `ReadRequest`. */
  readonly seekUnmanaged: boolean;
}

/** What one system gave. */
interface SystemContents {
  readonly actual: ReadResult;
  readonly desired: readonly DesiredResource[];
}

/**
 * Reads all systems at the same time, and hands over what they hold. Each is first checked to be the one that the state belongs to.
 * The sessions are closed at the end, whatever happens.
 */
export async function refreshSystems<Result>(
  request: SystemsRequest,
  scope: EngineScope,
  use: (snapshot: SystemsSnapshot) => Promise<Result>,
): Promise<Result> {
  const desired = groupBy(request.desired, ({ address }) => providerOf(address));
  const needed = (request.state?.records ?? []).filter(({ address }) => request.reads(address));
  const records = groupBy([...needed, ...request.alsoRead], ({ address }) => providerOf(address));
  const authoritative = request.authoritative.filter(
    ({ parent }) => parent === undefined || request.reads(parent),
  );
  const visit = (system: OpenSystem): Promise<SystemContents | undefined> =>
    readSystem(
      system,
      request.state,
      {
        desired: desired.get(system.provider) ?? [],
        records: records.get(system.provider) ?? [],
        authoritative: authoritative.filter((list) => list.provider === system.provider),
        mustReadValue: request.mustReadValue,
        seekUnmanaged: request.seekUnmanaged,
      },
      scope,
    );
  return withSessions({ ...request, visit }, scope, ({ found, ...visited }) =>
    use({
      ...visited,
      actual: Object.fromEntries([...found].map(([provider, { actual }]) => [provider, actual])),
      desired: [...found.values()].flatMap((contents) => contents.desired),
    }),
  );
}

async function readSystem(
  { provider, definition, session, report }: OpenSystem,
  state: StateData | undefined,
  request: ReadRequest,
  scope: EngineScope,
): Promise<SystemContents | undefined> {
  const mismatch = checkBinding(provider, session.system, state);
  if (mismatch !== undefined) {
    report([mismatch]);
    return undefined;
  }
  report(definition.auditValues(request.desired));
  const prepared = await timed(scope, `${provider}: prepare`, () =>
    session.prepare(request.desired.map((resource) => ({ ...resource, configuredAs: resource.address }))),
  );
  report(prepared.diagnostics);
  scope.progress(`reading ${provider}`);
  const desired = prepared.resources.map(({ configuredAs, ...resource }) => ({
    ...resource,
    ...defined({ configuredAs: configuredAs === resource.address ? undefined : configuredAs }),
  }));
  const actual = await timed(scope, `${provider}: read`, () => session.read({ ...request, desired }));
  report(actual.diagnostics ?? []);
  return { actual, desired };
}

/** The state is bound to the systems that it was made for: another one under the same name is refused before any read. */
function checkBinding(
  provider: string,
  system: SystemIdentity,
  state: StateData | undefined,
): Diagnostic | undefined {
  const bound = own(state?.systems, provider);
  if (bound === undefined || (bound.id === system.id && bound.type === system.type)) return undefined;
  return problem({
    code: 'another-system',
    summary: `The provider ${provider} points at ${system.name}, but the state was made for ${bound.name}.`,
    detail: `The state is bound to ${bound.type} ${bound.id}; this is ${system.type} ${system.id}.`,
    next: 'Point the provider at the system of this state, or give this one a stack or a provider name of its own. If the system was moved: secrets state rebind',
  });
}

/** What the systems hold, by address. */
export function actualByAddress({
  actual,
}: Pick<SystemsSnapshot, 'actual'>): ReadonlyMap<string, ActualResource> {
  return new Map(Object.values(actual).flatMap(({ resources }) => resources.map((it) => [it.address, it])));
}

/** Systems that did not answer, as problems. */
export function unreachableProblems(systems: readonly Unreachable[]): readonly Diagnostic[] {
  return systems.map(({ provider, message, next }) =>
    problem({ code: 'unreachable', summary: `${provider}: ${message}`, next }),
  );
}
