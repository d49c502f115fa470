import { DiagnosticError, defined, groupBy, providerOf } from '../model/index.js';
import type {
  DesiredResource,
  Diagnostic,
  AuthoritativeList,
  ReadResult,
  StateData,
  StateRecord,
  Unreachable,
} from '../model/index.js';
import { UnreachableError } from '../providers/sdk/index.js';
import type { ProviderDefinition, ResolvedSettings, Session } from '../providers/sdk/index.js';
import type { RunOptions } from './context.js';
import type { EngineScope } from './run-scope.js';
import { checkHosts } from './hosts.js';
import { timed } from './timed.js';

/** What is known of the systems after they were looked at. */
export interface Seen {
  readonly sessions: ReadonlyMap<string, Session>;
  readonly actual: Readonly<Record<string, ReadResult>>;
  /** What is wanted, in the systems' own terms. */
  readonly desired: readonly DesiredResource[];
  readonly unreachable: readonly Unreachable[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What to look at. */
export interface LookRequest {
  readonly stack: string;
  readonly settings: readonly ResolvedSettings[];
  readonly definitions: ReadonlyMap<string, ProviderDefinition>;
  readonly desired: readonly DesiredResource[];
  readonly authoritative: readonly AuthoritativeList[];
  readonly state: StateData | undefined;
  /** Records of what may be there besides: what an interrupted run was about to make. */
  readonly alsoRead: readonly StateRecord[];
}

/**
 * Opens a session with every system at the same time, makes sure that each is the one that the state belongs to, and reads
 * what the run is about. A system that does not answer is reported, and the others go on.
 */
export async function look(request: LookRequest, options: RunOptions, context: EngineScope): Promise<Seen> {
  const sessions = new Map<string, Session>();
  const actual: Record<string, ReadResult> = {};
  const prepared: DesiredResource[] = [];
  const unreachable: Unreachable[] = [];
  const diagnostics: Diagnostic[] = [];
  const byProvider = groupBy(request.desired, (resource) => providerOf(resource.address));
  const recordsBy = groupBy([...(request.state?.records ?? []), ...request.alsoRead], (record) =>
    providerOf(record.address),
  );
  const lookAt = async (settings: ResolvedSettings): Promise<void> => {
    const { name } = settings;
    const definition = request.definitions.get(name);
    if (definition === undefined) return;
    const { log } = context;
    checkHosts(definition.hosts(settings, context.env), `The provider ${name}`, context.env);
    const session = await timed(context, `${name}: open`, () =>
      definition.open(settings, {
        ...context,
        stack: request.stack,
        parallelism: options.parallelism,
        progress: (message) => {
          context.progress(`${name}: ${message}`);
        },
        ...(log === undefined
          ? {}
          : {
              log: (message: string) => {
                log(`${name}: ${message}`);
              },
            }),
      }),
    );
    sessions.set(name, session);
    const bound = checkBinding(name, session, request.state);
    if (bound !== undefined) {
      diagnostics.push(bound);
      return;
    }
    const desired = byProvider.get(name) ?? [];
    diagnostics.push(...definition.auditValues(desired));
    const ready = await timed(context, `${name}: prepare`, () => session.prepare(desired));
    diagnostics.push(...ready.diagnostics);
    context.progress(`reading ${name}`);
    const found = await timed(context, `${name}: read`, () =>
      session.read({
        desired: ready.resources,
        records: recordsBy.get(name) ?? [],
        authoritative: request.authoritative.filter((list) => list.provider === name),
      }),
    );
    actual[name] = found;
    diagnostics.push(...(found.diagnostics ?? []));
    prepared.push(...ready.resources);
  };
  const looks = request.settings.map(async (settings) => {
    try {
      await lookAt(settings);
    } catch (error) {
      if (error instanceof UnreachableError) {
        const { message, next } = error;
        unreachable.push({ provider: settings.name, message, ...defined({ next }) });
      } else if (error instanceof DiagnosticError) diagnostics.push(...error.diagnostics);
      else {
        await closeAll(sessions);
        throw error;
      }
    }
  });
  await Promise.all(looks);
  return { sessions, actual, desired: prepared, unreachable, diagnostics };
}

/** Ends all sessions. */
export async function closeAll(sessions: ReadonlyMap<string, Session>): Promise<void> {
  await Promise.all([...sessions.values()].map((session) => session.close()));
}

/** The state is bound to the systems it was made for: another one under the same name is refused before any read. */
function checkBinding(
  provider: string,
  session: Session,
  state: StateData | undefined,
): Diagnostic | undefined {
  const bound = state?.systems[provider];
  const { system } = session;
  if (bound === undefined || (bound.id === system.id && bound.type === system.type)) return undefined;
  return {
    severity: 'error',
    code: 'another-system',
    summary: `The provider ${provider} points at ${system.name}, but the state was made for ${bound.name}.`,
    detail: `The state knows ${bound.type} ${bound.id}; this is ${system.type} ${system.id}.`,
    next: 'Point the provider at the system of this state, or give this one a stack or a provider name of its own. If the system was moved: secrets state rebind',
  };
}
