import { compareText } from '../model/index.js';
import type {
  DesiredResource,
  Action,
  Diagnostic,
  Field,
  FieldChange,
  MarkChange,
  StateRecord,
  Unverified,
} from '../model/index.js';
import { showChange } from './field-change.js';

/**
 * What is to become of one resource. `refused`: it stays as it is, and the plan is refused; `blocked`: its parent was refused;
 * `unseen`: it may exist, and this identity cannot see it.
 */
export interface Decision {
  readonly action: Action | 'refused' | 'blocked' | 'unseen';
  readonly reason: string;
  readonly fields: readonly FieldChange[];
  readonly diagnostics: readonly Diagnostic[];
  /** What of it could not be compared with what is wanted. */
  readonly unverified?: readonly Unverified[];
  readonly mark?: MarkChange;
}

/** Nothing is to be done. */
export const NOOP: Decision = { action: 'noop', reason: '', fields: [], diagnostics: [] };

/** A decision without diagnostics. */
export function act(
  action: Decision['action'],
  reason: string,
  fields: readonly FieldChange[] = [],
): Decision {
  return { action, reason, fields, diagnostics: [] };
}

/** A refusal: the resource stays as it is, and the plan cannot be applied. */
export function refused(diagnostic: Diagnostic): Decision {
  return { action: 'refused', reason: diagnostic.summary, fields: [], diagnostics: [diagnostic] };
}

/** Every field of a resource that is created or removed as a whole, sorted by path; of a removed one without the values that its record knows. */
export function allFields(
  fields: Readonly<Record<string, Field>>,
  action: 'add' | 'remove',
  record?: StateRecord,
): readonly FieldChange[] {
  return Object.entries(fields)
    .sort(([a], [b]) => compareText(a, b))
    .map(([path, field]) => {
      const wasSensitive = record?.sensitiveFields.includes(path) === true;
      return action === 'add'
        ? showChange(path, undefined, field)
        : showChange(path, field, undefined, { wasSensitive });
    });
}

/** The fields whose values are taken from a generated value that waits for a decision. */
export function waitingPaths({ changedOutside = {} }: DesiredResource): readonly string[] {
  return Object.keys(changedOutside).filter((path) => changedOutside[path] === 'waiting');
}
