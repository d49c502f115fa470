import type { Diagnostic } from './diagnostic.js';
import type { Fields } from './field.js';
import type { Unmanaged } from './plan.js';
import type { PrincipalDirectory, SystemIdentity } from './system.js';
import type { Unseen } from './unverified.js';

/** A resource as a system has it now. */
export interface ActualResource {
  readonly address: string;
  /** The system's own id; never reused for another object. */
  readonly id: string;
  /** Changes whenever the object does; compared before a write. Opaque, and reveals nothing of a value. */
  readonly version: string;
  readonly fields: Fields;
  readonly createdAt?: string;
  readonly createdBy?: string;
  readonly changedAt?: string;
  readonly changedBy?: string;
  /** Comes from elsewhere (a role of the organization): shown, never counted, changed or revoked. */
  readonly inherited?: boolean;
  /** The stack whose mark the object carries, where the system can hold one. */
  readonly claimedBy?: string;
  /** `false`: this identity may not set or remove its mark. */
  readonly mayMark?: boolean;
}

/** What one session read from one system. */
export interface ReadResult {
  readonly system: SystemIdentity;
  /**
   * Everything of the managed kinds under the requested names, their whole authoritative lists, and their children that would be
   * lost, or block the removal, if they were removed (mappings on a server).
   */
  readonly resources: readonly ActualResource[];
  /** Why nothing can be written to the system, as a phrase, and what to do; absent where it takes writes. */
  readonly readOnly?: { readonly message: string; readonly next: string };
  /** Absent where this identity may not read it. */
  readonly directory?: PrincipalDirectory;
  /**
   * What this identity could not see of what was requested. A field that it could not read is `hidden` in its resource instead.
   * What is not named here was seen: where it is not among the resources, it does not exist.
   */
  readonly unseen?: readonly Unseen[];
  /** What is on requested objects and is no resource of a managed kind (custom roles). */
  readonly unmanaged?: readonly Unmanaged[];
  /** Problems that show once the desired and the actual side are known. */
  readonly diagnostics?: readonly Diagnostic[];
}
