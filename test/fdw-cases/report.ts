import { readFile } from 'node:fs/promises';

import { query } from '../support/postgres/index.js';
import { groupOf, readRecording } from './cases.js';
import type { RecordedCase } from './cases.js';
import { play } from './play.js';
import type { Server } from './play.js';
import { Sessions } from './sessions.js';
import { Stage } from './stage.js';

/** Why a case can't agree. */
export interface Exception {
  readonly reason: string;
  /** Only on these major versions. */
  readonly versions?: readonly number[];
  /**
   * Where it depends on the minor release, by major version: the last one that is known to disagree, and the first that is known
   * to agree. On those between the case is not judged.
   */
  readonly minors?: Readonly<Record<string, { readonly disagrees: number; readonly agrees?: number }>>;
}

/** Whether an exception holds on a server: the case must disagree, must agree, or that is not known. */
export function holdsOn(
  { versions, minors }: Exception,
  [major, minor]: readonly [number, number],
): boolean | 'unknown' {
  if (versions?.includes(major) === false) return false;
  const known = minors?.[String(major)];
  if (known === undefined || minor <= known.disagrees) return true;
  return known.agrees !== undefined && minor >= known.agrees ? false : 'unknown';
}

/** What playing the cases showed. */
export interface Played {
  readonly recorded: RecordedCase;
  readonly differences: readonly string[];
  /** The exception for this case on this server, if there is one. */
  readonly listed: Exception | undefined;
  /** Whether it is known that the exception holds here. */
  readonly isJudged: boolean;
}

/** The list of cases that can't agree, by id. */
export async function readExceptions(): Promise<Readonly<Record<string, Exception>>> {
  return JSON.parse(await readFile(new URL('exceptions.json', import.meta.url), 'utf8')) as Record<
    string,
    Exception
  >;
}

async function versionOf({ url }: Server): Promise<readonly [number, number]> {
  const [row] = await query<{ version: string }>(
    url,
    "SELECT current_setting('server_version_num') AS version",
  );
  const version = Number(row?.version);
  return [Math.floor(version / 10_000), version % 10_000];
}

/**
 * Plays the cases of `file` against the stand-in on an empty server.
 * @param chosen which of them
 */
export async function playAll(
  server: Server,
  file: string,
  chosen: (cases: readonly RecordedCase[]) => readonly RecordedCase[] = (cases) => cases,
): Promise<readonly Played[]> {
  const exceptions = await readExceptions();
  const version = await versionOf(server);
  const sessions = new Sessions(server.url);
  try {
    const { note, cases } = await readRecording(file);
    const stage = await Stage.build(sessions, note);
    const played: Played[] = [];
    for (const recorded of chosen(cases)) {
      await stage.set(recorded);
      const exception = exceptions[recorded.id];
      const holds = exception === undefined ? false : holdsOn(exception, version);
      played.push({
        recorded,
        differences: await play(server, sessions, stage, recorded),
        listed: holds === false ? undefined : exception,
        isJudged: holds !== 'unknown',
      });
    }
    return played;
  } finally {
    await sessions.close();
  }
}

/** Cases that disagree and aren't listed. */
export function unexpected(played: readonly Played[]): readonly Played[] {
  return played.filter((one) => one.differences.length > 0 && one.listed === undefined);
}

/** Cases that are listed and agree: the list must shrink. */
export function healed(played: readonly Played[]): readonly Played[] {
  return played.filter((one) => one.differences.length === 0 && one.listed !== undefined && one.isJudged);
}

/** The result as text: a line for each group, the sum, and every disagreement that isn't listed. */
export function report(played: readonly Played[]): string {
  const lines = ['agreed  compared  listed  group'];
  const line = (name: string, some: readonly Played[]): string => {
    const agreed = some.filter((one) => one.differences.length === 0).length;
    const listed = some.filter((one) => one.listed !== undefined).length;
    return `${String(agreed).padStart(6)}  ${String(some.length).padStart(8)}  ${String(listed).padStart(6)}  ${name}`;
  };
  for (const [group, some] of byGroup(played)) lines.push(line(group, some));
  lines.push(line('all', played));
  for (const one of unexpected(played)) {
    lines.push('', `disagrees: ${one.recorded.id}`, ...one.differences.map((text) => `  ${text}`));
  }
  for (const one of healed(played)) lines.push('', `agrees although listed: ${one.recorded.id}`);
  return lines.join('\n');
}

function byGroup(played: readonly Played[]): ReadonlyMap<string, readonly Played[]> {
  const groups = new Map<string, Played[]>();
  for (const one of played) {
    const group = groupOf(one.recorded);
    groups.set(group, [...(groups.get(group) ?? []), one]);
  }
  return groups;
}
