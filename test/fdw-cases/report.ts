import { readFile } from 'node:fs/promises';

import { groupOf, readCases } from './cases.js';
import type { RecordedCase } from './cases.js';
import { play } from './play.js';
import type { Server } from './play.js';
import { Sessions } from './sessions.js';
import { Stage } from './stage.js';

/** Why a case can't agree; `versions`: only on these servers. */
export interface Exception {
  readonly reason: string;
  readonly versions?: readonly number[];
}

/** What playing the cases showed. */
export interface Played {
  readonly recorded: RecordedCase;
  readonly differences: readonly string[];
  /** The exception that stands for this case on this server, if there is one. */
  readonly listed: Exception | undefined;
}

/** The list of cases that can't agree, by id. */
export async function readExceptions(): Promise<Readonly<Record<string, Exception>>> {
  return JSON.parse(await readFile(new URL('exceptions.json', import.meta.url), 'utf8')) as Record<
    string,
    Exception
  >;
}

/** Plays every case of `file` against the stand-in on an empty server of major version `version`. */
export async function playAll(server: Server, version: number, file: string): Promise<readonly Played[]> {
  const exceptions = await readExceptions();
  const sessions = new Sessions(server.url);
  try {
    const stage = await Stage.build(sessions);
    const played: Played[] = [];
    for (const recorded of await readCases(file)) {
      await stage.set(recorded);
      const exception = exceptions[recorded.id];
      const listed = exception?.versions?.includes(version) === false ? undefined : exception;
      played.push({ recorded, differences: await play(server, sessions, recorded), listed });
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
  return played.filter((one) => one.differences.length === 0 && one.listed !== undefined);
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
