import { escapeIdentifier, escapeLiteral } from 'pg';
import type { DesiredResource } from '../../../model/index.js';
import { wireText } from '../text.js';
import type { Step } from './function.js';

/**
 * When a statement runs, in this order. Nothing may fail in the middle, and the wrapper checks each statement against what exists
 * at that moment: ALTER SERVER without the mappings, a mapping with its server (DuckDB wrapper contract). So removed mappings are
 * dropped first, servers become final next, and mappings after them: an option that moves between the two never exists twice.
 * Ownership is changed late, since a role that gives a server away may lose the right to grant on it. Only the USAGE of the former
 * owner comes after that: granted before, it would pass to the next owner.
 */
export const PHASES = [
  'rename-server',
  'revoke',
  'drop-mapping',
  'drop-server',
  'create-server',
  'alter-server',
  'mapping',
  'grant-wrapper',
  'grant',
  'owner',
  'grant-former-owner',
  'revoke-wrapper',
] as const;

/** When a statement runs. */
export type Phase = (typeof PHASES)[number];

/** One step and its place. */
export interface PlacedStep {
  readonly phase: Phase;
  readonly step: Step;
}

/** What the statements of one item need to know of the others. */
export interface BatchView {
  readonly stack: string;
  /** Names of the servers that the batch drops, for good or to recreate them. */
  readonly droppedServers: ReadonlySet<string>;
  /** The present names of the servers that the batch renames, by their new ones. */
  readonly renamed: ReadonlyMap<string, string>;
  /** The roles whose USAGE on a server is revoked, by the server's name. */
  readonly revoked: ReadonlyMap<string, readonly string[]>;
  /** The former owners of the servers whose owner the batch changes, by the server's name. */
  readonly formerOwners: ReadonlyMap<string, string>;
  /** The stacks from which servers are taken over, by the server's name. */
  readonly takenFrom: ReadonlyMap<string, string>;
}

/** The prefix of the paths of options. */
export const OPTION_PREFIX = 'options.';

/** A step that runs one statement. */
export function sqlStep(phase: Phase, address: string, sql: string): PlacedStep {
  return { phase, step: { do: 'sql', address, sql } };
}

/** A role in SQL: quoted, except for the keyword PUBLIC, which is not the name of a role. */
export function roleSql(role: string): string {
  return role === 'public' ? 'PUBLIC' : escapeIdentifier(role);
}

/** The options of a desired resource, by name, as text. */
export function desiredOptions(desired: DesiredResource | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(desired?.fields ?? {}).flatMap(([path, field]) => {
      const text = path.startsWith(OPTION_PREFIX) ? wireText(field) : undefined;
      return text === undefined ? [] : [[path.slice(OPTION_PREFIX.length), text] as const];
    }),
  );
}

/** The OPTIONS clause of a CREATE statement; empty without options. */
export function optionsSql(options: Readonly<Record<string, string>>): string {
  const parts = Object.entries(options).map(
    ([name, value]) => `${escapeIdentifier(name)} ${escapeLiteral(value)}`,
  );
  return parts.length === 0 ? '' : ` OPTIONS (${parts.join(', ')})`;
}
