import type {
  Action,
  ActualResource,
  Diagnostic,
  FindingName,
  Outcome,
  DriftReport,
  Plan,
  StateRecord,
} from '../model/index.js';

/** How a run ended. */
export type DocumentStatus = 'ok' | 'error' | 'unreachable';

/** The counts that an apply ends with. */
export interface ApplySums {
  readonly added: number;
  readonly changed: number;
  readonly destroyed: number;
  readonly imported: number;
  readonly forgotten: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What every document has. */
interface Base {
  readonly status: DocumentStatus;
  readonly diagnostics: readonly Diagnostic[];
}

/** `plan` and `show`. Without `plan`, nothing could be compared; the diagnostics say why. */
export interface PlanDocument extends Base {
  readonly kind: 'plan';
  readonly plan?: Plan;
}

/** `drift`. */
export interface DriftDocument extends Base {
  readonly kind: 'drift';
  readonly plan?: DriftReport;
  /** The findings that decide the exit code, those with the highest code first. */
  readonly failedOn?: readonly FindingName[];
}

/** `validate`. */
export interface ValidateDocument extends Base {
  readonly kind: 'validate';
  readonly files: number;
  readonly resources: number;
}

/** What happens during `apply`, in this order: the plan, an outcome for each change, the end. Each is rendered when it happens. */
export type ApplyEvent =
  | { readonly event: 'plan'; readonly plan: Plan }
  | { readonly event: 'outcome'; readonly action: Action; readonly outcome: Outcome }
  | {
      readonly event: 'end';
      readonly status: DocumentStatus;
      readonly diagnostics: readonly Diagnostic[];
      readonly summary?: ApplySums;
    };

/** One event of `apply`. */
export type ApplyDocument = { readonly kind: 'apply' } & ApplyEvent;

/** Who held a lock. */
interface LockHolder {
  readonly Who: string;
  readonly Operation: string;
}

/** One thing that was done to a state. */
export type StateEdit =
  | { readonly action: 'moved'; readonly from: string; readonly to: string }
  /** `unmarked`: this stack's mark was taken off the object. */
  | { readonly action: 'removed'; readonly address: string; readonly unmarked?: true }
  /** `marked`: this stack's mark was set on the object. */
  | { readonly action: 'imported'; readonly address: string; readonly id: string; readonly marked?: true }
  /** The object of a record was found in a restored or moved system, by its mark and name. */
  | { readonly action: 'matched'; readonly address: string; readonly from: string; readonly to: string }
  | { readonly action: 'unlocked'; readonly holder: LockHolder }
  | { readonly action: 'rebound'; readonly provider: string; readonly from: string; readonly to: string }
  | { readonly action: 'rekeyed'; readonly kept: number; readonly dropped: readonly string[] }
  | { readonly action: 'pushed'; readonly serial: number; readonly records: number };

/** The commands that work on the state, and `import`. */
export interface StateDocument extends Base {
  readonly kind: 'state';
  /** What the command shows: addresses, the records in full, or what it changed. */
  readonly view: 'addresses' | 'records' | 'changes';
  readonly serial?: number;
  readonly lineage?: string;
  readonly records?: readonly StateRecord[];
  readonly changes?: readonly StateEdit[];
}

/** `pull`. */
export interface PullDocument extends Base {
  readonly kind: 'pull';
  readonly resources: readonly ActualResource[];
  /** The same as a configuration. */
  readonly yaml: string;
}

/** `graph`. */
export interface GraphDocument extends Base {
  readonly kind: 'graph';
  readonly nodes: readonly string[];
  /** `from` comes after `to`. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** `sandbox`, once it listens. Its keys are made up. */
export interface SandboxDocument extends Base {
  readonly kind: 'sandbox';
  readonly helios: {
    readonly url: string;
    readonly organization: { readonly orgID: string; readonly name: string };
    readonly keys: readonly { readonly name: string; readonly email: string; readonly token: string }[];
    readonly controlUrl: string;
    readonly controlToken: string;
  };
  readonly postgres: { readonly url: string; readonly database: string; readonly user: string };
  readonly variables: Readonly<Record<string, string>>;
  readonly envFile?: string;
}

/** `init`. */
export interface InitDocument extends Base {
  readonly kind: 'init';
  readonly file: string;
}

/** An error of a command whose own document has no room for it, or of the command line itself. */
export interface ErrorDocument extends Base {
  readonly kind: 'error';
}

/** The one thing that every format renders. */
export type ReportDocument =
  | PlanDocument
  | DriftDocument
  | ValidateDocument
  | ApplyDocument
  | StateDocument
  | PullDocument
  | GraphDocument
  | SandboxDocument
  | InitDocument
  | ErrorDocument;

/** The document of a command that ended by an error before it had a result. */
export function failedDocument(
  kind: ReportDocument['kind'],
  diagnostics: readonly Diagnostic[],
): ReportDocument {
  const failed = { status: 'error', diagnostics } as const;
  switch (kind) {
    case 'plan':
    case 'drift':
      return { kind, ...failed };
    case 'validate':
      return { kind, ...failed, files: 0, resources: 0 };
    case 'state':
      return { kind, ...failed, view: 'changes' };
    case 'apply':
      return { kind, event: 'end', ...failed };
    case 'graph':
      return { kind, ...failed, nodes: [], edges: [] };
    case 'pull':
      return { kind, ...failed, resources: [], yaml: '' };
    case 'sandbox':
    case 'init':
    case 'error':
      return { kind: 'error', ...failed };
  }
}
