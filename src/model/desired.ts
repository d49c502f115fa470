import type { Fields } from './field.js';
import type { SourceRange } from './source.js';
import type { DesiredField } from './value-source.js';

/** What the configuration says about the life of a resource. */
export interface Lifecycle {
  /** Never destroyed by a plan; wins over everything. */
  readonly protect?: boolean;
  /** Fields that are not compared: names of options, or `value`. */
  readonly ignore?: readonly string[];
  /** Fields whose text is no credential, though it looks like one or nobody knows the option: names of options, or keys. */
  readonly notSecret?: readonly string[];
  /** When it is removed from the configuration: destroy it (the default), or only forget it. */
  readonly onRemove?: 'delete' | 'forget';
  /** Take over an object that already exists under this name. */
  readonly adopt?: boolean;
  /** Take it over from this stack, whose mark it carries. */
  readonly adoptFrom?: string;
}

/** A desired resource without its fields. */
interface DesiredBase {
  /** Its address, as text. */
  readonly address: string;
  /** Its address as the configuration has it, where its system calls it otherwise. */
  readonly configuredAs?: string;
  /** Addresses that are applied before it: its parent, and the secrets that its values come from. */
  readonly dependsOn: readonly string[];
  readonly lifecycle: Lifecycle;
  readonly range?: SourceRange;
  /** The file that has it, from the folder of the file that names the stack. */
  readonly file?: string;
  /** Secrets: the tool's own Owner is kept (the default), or dropped because the file says `self: drop`. */
  readonly self?: 'keep' | 'drop';
  /** Secrets: the plan is refused with fewer Owners who can act than this. */
  readonly minOwners?: number;
  /** Secrets: older than this (milliseconds) is overdue for rotation. */
  readonly maxAgeMs?: number;
  /** Servers: unknown types and options are accepted without a warning. */
  readonly optionsUnchecked?: boolean;
  /** Servers that are written with `simple`: whether the file names the role of the mapping. */
  readonly simple?: 'user' | 'default';
}

/** A resource as the configuration has it, its values not read yet. */
export interface ConfiguredResource extends DesiredBase {
  readonly fields: Readonly<Record<string, DesiredField>>;
}

/** A desired resource, with its values read. */
export interface DesiredResource extends DesiredBase {
  readonly fields: Fields;
  /** Fields whose values are generated for it: the system alone keeps them. */
  readonly generated?: readonly string[];
  /** Fields whose values were generated in this run: a plan cannot pin them. */
  readonly unpinned?: readonly string[];
  /**
   * Fields of generated values that were changed outside of this stack. `undecided`: it lives here, and nobody has said which value
   * counts; `waiting`: it is taken from such a one; `accepted`: it lives here, and is kept as it was found (`--accept`).
   */
  readonly changedOutside?: Readonly<Record<string, 'undecided' | 'waiting' | 'accepted'>>;
}

/**
 * A list that is authoritative: resources of `kind` that the configuration does not name are removed even where the
 * state does not own them. Shares of a secret with `owners`/`readers`, USAGE on a server with `usage`, USAGE on the
 * wrapper of a provider with `fdw_usage`.
 */
export interface AuthoritativeList {
  readonly kind: string;
  readonly provider: string;
  /** The address of the resource whose list it is; absent for lists of the provider itself. */
  readonly parent?: string;
}

/** One entry of `providers:`. */
export interface ProviderSettings {
  readonly name: string;
  readonly type: string;
  readonly fields: Readonly<Record<string, DesiredField>>;
  readonly range?: SourceRange;
}

/** The whole configuration, checked: all files merged. */
export interface Configuration {
  readonly version: 1;
  readonly stack: string;
  readonly state: StateSettings;
  readonly providers: readonly ProviderSettings[];
  readonly resources: readonly ConfiguredResource[];
  readonly authoritative: readonly AuthoritativeList[];
  readonly moved: readonly { readonly from: string; readonly to: string; readonly range?: SourceRange }[];
  readonly removed: readonly { readonly address: string; readonly range?: SourceRange }[];
  /** SHA-256 over the names and texts of all files, in order: pins a saved plan to a configuration, in any checkout. */
  readonly digest: string;
  /** The files it was read from. */
  readonly files: readonly string[];
  /** The same, from the folder of the file that names the stack: wherever a command is run, and in every checkout. */
  readonly fileNames: readonly string[];
}

/** Where the state is kept. */
export interface StateSettings {
  /** The backend's name. */
  readonly backend: string;
  /** The backend's own settings, completed. */
  readonly fields: Readonly<Record<string, DesiredField>>;
  /** The folder of the file that names the stack, absolute: where relative paths of the state start. */
  readonly folder: string;
  /** How long a lock outlives its holder, in milliseconds; the backend's default where absent. */
  readonly leaseMs?: number;
  readonly range?: SourceRange;
}
