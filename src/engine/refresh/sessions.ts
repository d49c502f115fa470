import { DiagnosticError, defined } from '../../model/index.js';
import type { Diagnostic, Unreachable } from '../../model/index.js';
import { UnreachableError } from '../../providers/sdk/index.js';
import type { ProviderDefinition, ResolvedSettings, Session } from '../../providers/sdk/index.js';
import { exposureWarnings } from '../../net/exposure.js';
import { checkTargets } from '../hosts.js';
import type { EngineScope } from '../run-scope.js';
import { timed } from '../timed.js';

/** A system that was opened, while it is visited. */
export interface OpenSystem {
  readonly provider: string;
  readonly definition: ProviderDefinition;
  readonly session: Session;
  /** Reports problems that do not end the visit. */
  readonly report: (diagnostics: readonly Diagnostic[]) => void;
}

/** Which systems to open, and what to do in each. */
export interface SessionsRequest<Found> {
  readonly stack: string;
  readonly settings: readonly ResolvedSettings[];
  /** By the provider's name. */
  readonly definitions: ReadonlyMap<string, ProviderDefinition>;
  /** At most so many requests at once, in each system. */
  readonly parallelism: number;
  /** How long one request may wait in all where a server asks for patience; absent: the provider decides. */
  readonly patienceMs?: number;
  /** How long to wait for a lock in a system; absent where the run takes none. */
  readonly lockTimeoutMs?: number;
  /** The run only compares: what would be written needs no second opinion. */
  readonly comparesOnly?: boolean;
  /** Done in every system as soon as it is open; `undefined` where nothing was found. */
  readonly visit: (system: OpenSystem) => Promise<Found | undefined>;
}

/** What the visits of all systems gave. The sessions are open. */
export interface Visited<Found> {
  readonly sessions: ReadonlyMap<string, Session>;
  /** By the provider's name, in the order of the configuration. */
  readonly found: ReadonlyMap<string, Found>;
  readonly unreachable: readonly Unreachable[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Opens a session with every system at the same time, visits it, and hands over what was found. A system that does not answer is
 * reported, and the others go on. All sessions are closed at the end, whatever happens.
 * @throws whatever `use` throws, and errors of a provider that are neither unreachability nor diagnostics
 */
export async function withSessions<Found, Result>(
  request: SessionsRequest<Found>,
  scope: EngineScope,
  use: (visited: Visited<Found>) => Promise<Result>,
): Promise<Result> {
  const sessions = new Map<string, Session>();
  try {
    const visits = await Promise.allSettled(
      request.settings.map((settings) => visitSystem(settings, request, sessions, scope)),
    );
    const failed = visits.find((visit) => visit.status === 'rejected');
    if (failed !== undefined) throw asError(failed.reason);
    const done = visits.flatMap((visit) => (visit.status === 'fulfilled' ? [visit.value] : []));
    return await use({
      sessions,
      found: new Map(
        done.flatMap(({ provider, found }) => (found === undefined ? [] : [[provider, found] as const])),
      ),
      unreachable: done.flatMap(({ unreachable }) => unreachable ?? []),
      diagnostics: done.flatMap(({ diagnostics }) => diagnostics),
    });
  } finally {
    await closeAll(sessions, scope);
  }
}

/** What one visit gave. */
interface VisitResult<Found> {
  readonly provider: string;
  readonly found?: Found | undefined;
  readonly unreachable?: Unreachable;
  readonly diagnostics: readonly Diagnostic[];
}

async function visitSystem<Found>(
  settings: ResolvedSettings,
  request: SessionsRequest<Found>,
  sessions: Map<string, Session>,
  scope: EngineScope,
): Promise<VisitResult<Found>> {
  const provider = settings.name;
  const definition = request.definitions.get(provider);
  const diagnostics: Diagnostic[] = [];
  if (definition === undefined) return { provider, diagnostics };
  try {
    diagnostics.push(...checkServers(settings, definition, scope));
    const session = await openSession(settings, definition, request, scope);
    sessions.set(provider, session);
    const report = (more: readonly Diagnostic[]): void => {
      diagnostics.push(...more);
    };
    const found = await request.visit({ provider, definition, session, report });
    return { provider, found, diagnostics };
  } catch (error) {
    if (error instanceof UnreachableError) {
      const { message, next } = error;
      return { provider, diagnostics, unreachable: { provider, message, ...defined({ next }) } };
    }
    if (error instanceof DiagnosticError) {
      return { provider, diagnostics: [...diagnostics, ...error.diagnostics] };
    }
    throw error;
  }
}

/**
 * Checks the servers that a session would connect to, before anything is sent.
 * @returns warnings
 * @throws DiagnosticError for a server that this run may not connect to
 */
function checkServers(
  settings: ResolvedSettings,
  definition: ProviderDefinition,
  { env }: EngineScope,
): readonly Diagnostic[] {
  const { name, range } = settings;
  const subject = `The provider ${name}`;
  const servers = definition.hosts(settings, env);
  checkTargets(servers, { subject, range }, env);
  return exposureWarnings(servers, subject);
}

function openSession(
  settings: ResolvedSettings,
  definition: ProviderDefinition,
  {
    stack,
    parallelism,
    lockTimeoutMs,
    comparesOnly,
    patienceMs,
  }: Pick<
    SessionsRequest<unknown>,
    'stack' | 'parallelism' | 'lockTimeoutMs' | 'comparesOnly' | 'patienceMs'
  >,
  scope: EngineScope,
): Promise<Session> {
  const { name } = settings;
  const { log } = scope;
  const named = (tell: (message: string) => void) => (message: string) => {
    tell(`${name}: ${message}`);
  };
  return timed(scope, `${name}: open`, () =>
    definition.open(settings, {
      ...scope,
      stack,
      parallelism,
      ...defined({ lockTimeoutMs, comparesOnly, patienceMs }),
      progress: named(scope.progress),
      ...defined({ log: log && named(log) }),
    }),
  );
}

/** Ends all sessions. One that cannot be ended is logged: what was done counts. */
async function closeAll(sessions: ReadonlyMap<string, Session>, { log }: EngineScope): Promise<void> {
  const closing = [...sessions].map(async ([provider, session]) => {
    try {
      await session.close();
    } catch (error) {
      log?.(`${provider}: close failed${error instanceof Error ? `, ${error.message}` : ''}`);
    }
  });
  await Promise.all(closing);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('a provider failed without an error');
}
