import type {
  ActualResource,
  ApplyItem,
  ConfiguredResource,
  DesiredResource,
  Diagnostic,
  AuthoritativeList,
  Fields,
  KindYaml,
  Outcome,
  ProviderSettings,
  ReadResult,
  RunScope,
  SourceRange,
  StateRecord,
  SystemIdentity,
  Target,
  Unmanaged,
} from '../../model/index.js';
import type { ProviderLanguage } from './language.js';

/**
 * What a provider is: a kind of system, what can be said of its resources before any call, and a way to open a session.
 * One folder under `src/providers/` holds one of these, and the registry names it. All of them are loaded in every run, so
 * what needs a driver is imported by `open`.
 */
export interface ProviderDefinition extends ProviderLanguage {
  /** Environment variables that hold credentials of its own: their values are masked from the start. */
  readonly credentials: readonly string[];
  /** How `pull` writes resources, by kind; a kind that is absent is left out. */
  readonly yaml: Readonly<Record<string, KindYaml>>;
  /** Whether all changes handed to one `apply` succeed or fail together. */
  readonly transactional: boolean;
  /**
   * What cannot work, said before any call: names, options, sizes. Pure; sees the configuration as written.
   * Problems that stand in the schema already are not repeated.
   */
  audit(settings: ProviderSettings, resources: readonly ConfiguredResource[]): readonly Diagnostic[];
  /**
   * What cannot work, said when values are known and before any call: a value that is too large.
   */
  auditValues(resources: readonly DesiredResource[]): readonly Diagnostic[];
  /**
   * The servers that a session would connect to, as it dials them; none for a system of this machine.
   * @throws DiagnosticError for settings that cannot be understood
   */
  hosts(settings: ResolvedSettings, env: SessionContext['env']): readonly Target[];
  /**
   * A text that is the same for two entries of `providers:` which lead to one system for certain, found without asking it; `undefined`
   * where that cannot be told. Absent: it never can.
   */
  sameSystem?(settings: ProviderSettings, env: SessionContext['env']): Promise<string | undefined>;
  /**
   * Connects, and finds out which system it is and who we are there. Reads no secret.
   * @throws UnreachableError where the system does not answer.
   * @throws DiagnosticError where it answers and refuses: a wrong key, a wrong password, no such database.
   */
  open(settings: ResolvedSettings, context: SessionContext): Promise<Session>;
}

/** One entry of `providers:` with its values read. */
export interface ResolvedSettings {
  readonly name: string;
  readonly fields: Fields;
  readonly range?: SourceRange;
}

/** What a session is given to work with. */
export interface SessionContext extends RunScope {
  /** The name of the stack: goes into the marks of what is ours. */
  readonly stack: string;
  /** At most so many requests at once. */
  readonly parallelism: number;
  /** How long one request may wait in all, where a server asks for patience, in milliseconds; the provider's own default where absent. */
  readonly patienceMs?: number;
  /**
   * How long to wait for the lock of another run, in milliseconds; absent where the run takes no lock. Nothing that is written may
   * depend on it: `apply` checks preconditions.
   */
  readonly lockTimeoutMs?: number;
  /** The run only compares: what would be written needs no second opinion. */
  readonly comparesOnly?: boolean;
}

/** What a read is asked for. Only resources of this session's provider are in it. */
export interface ReadRequest {
  /** What is wanted, as `prepare` gave it. */
  readonly desired: readonly DesiredResource[];
  /** What the state owns. */
  readonly records: readonly StateRecord[];
  /** Lists that are authoritative: every member is to be read. */
  readonly authoritative: readonly AuthoritativeList[];
  /**
   * Whether the value of a resource must be read, even where its system says that nobody touched it since the last apply: there is
   * nothing here to compare with instead. Absent: never.
   */
  readonly mustReadValue?: (address: string) => boolean;
  /** Whether all that others put on requested objects is to be found, whatever it costs. Absent: what is seen on the way. */
  readonly seekUnmanaged?: boolean;
}

/** What `prepare` gives back. */
export interface Prepared {
  readonly resources: readonly DesiredResource[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * An open connection to one system. Works in batches, so that n objects never cost n round trips where the system can
 * do better.
 */
export interface Session {
  readonly system: SystemIdentity;
  /**
   * Turns what the configuration says into the system's own terms: finds the people and teams that shares name, writes
   * `current_user` as the role it is, e-mail addresses in lower case. Addresses may change; everything else of a resource
   * stays. Says what cannot work here (nobody of that name, an extension that is missing), at the line that asks for it.
   */
  prepare(desired: readonly DesiredResource[]): Promise<Prepared>;
  /** Reads what the request names, in as few round trips as the system allows. */
  read(request: ReadRequest): Promise<ReadResult>;
  /**
   * Everything of the managed kinds that can be seen, values not needed: for import and for finding what nobody manages.
   * @param onUnmanaged told of what is on these objects and of no managed kind (roles of somebody's own), where the system has such
   */
  discover(onUnmanaged?: (entries: readonly Unmanaged[]) => void): Promise<readonly ActualResource[]>;
  /**
   * Carries out changes, which come in an order that respects their `after`. Checks each precondition right before its
   * write. Calls `onOutcome` once for each as soon as its end is known, and does not throw for the failure of one.
   * @param checkpoint keeps everything told so far, and says whether it is kept; called before a step after which this
   *   identity may not see the object any more
   */
  apply(
    items: readonly ApplyItem[],
    onOutcome: (outcome: Outcome) => void,
    checkpoint: () => Promise<boolean>,
  ): Promise<void>;
  /** Ends the connection. Never throws. */
  close(): Promise<void>;
}
