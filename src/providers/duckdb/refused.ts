import { lstat } from 'node:fs/promises';
import { DiagnosticError, problem } from '../../model/index.js';
import type { Diagnostic, Unseen } from '../../model/index.js';
import { toProblem } from './errors.js';
import { secretPath, stampOf, storedNames } from './files.js';
import { list, listAlone } from './stored.js';

/** A file of a secret directory because of which DuckDB refuses all of its secrets. */
interface Culprit {
  readonly path: string;
  readonly why: string;
  readonly next: string;
}

/** At most this many files are looked at one by one: each takes DuckDB a few milliseconds. */
const LOOKED_AT = 500;
/** At most this many are named. */
const NAMED = 5;

/** What stands against the use of a directory's secrets. */
export interface Refusal {
  readonly unseen: readonly Unseen[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Asks DuckDB whether it takes a secret directory. One file in it that is damaged or empty, or that others may read, makes it refuse
 * all of them, ours included (measured with the pinned library). That this machine lacks an extension is no refusal.
 * @param addresses the secrets that the run is about
 * @throws DiagnosticError where DuckDB's library cannot be loaded
 */
export async function findRefusal(directory: string, addresses: readonly string[]): Promise<Refusal> {
  const names = await storedNames(directory);
  if (addresses.length === 0 || names.length === 0) return { unseen: [], diagnostics: [] };
  const refusal = await errorOf(() => list(directory));
  if (refusal === undefined) return { unseen: [], diagnostics: [] };
  const culprits = await findCulprits(directory, names);
  const isExtension = toProblem(refusal).code === 'duckdb-extension-missing';
  if (culprits.length === 0 && isExtension) return { unseen: [], diagnostics: [] };
  const causes = culprits.map(({ path, why }) => `${JSON.stringify(path)} ${why}`).join(', ');
  const reason = `DuckDB refuses the whole secret directory${causes === '' ? '' : `: ${causes}`}`;
  return {
    unseen: addresses.map((address) => ({ what: 'use', address, reason })),
    diagnostics: [
      problem({
        severity: 'warning',
        code: 'secret-directory-refused',
        summary: `${reason}. No secret in it can be used.`,
        next: culprits[0]?.next ?? `Look for what is wrong in ${JSON.stringify(directory)}.`,
      }),
    ],
  };
}

async function findCulprits(directory: string, names: readonly string[]): Promise<readonly Culprit[]> {
  const culprits: Culprit[] = [];
  for (const name of names.slice(0, LOOKED_AT)) {
    const culprit = await culpritOf(directory, name);
    if (culprit !== undefined) culprits.push(culprit);
    if (culprits.length === NAMED) break;
  }
  return culprits;
}

async function culpritOf(directory: string, name: string): Promise<Culprit | undefined> {
  const path = secretPath(directory, name);
  const stamp = await stampOf(path);
  if (stamp === undefined) return undefined;
  if (!stamp.isPrivate) {
    return { path, why: 'can be read by others', next: `Run chmod 600 ${JSON.stringify(path)}` };
  }
  const error = await errorOf(() => listAlone(directory, name));
  if (error === undefined || toProblem(error).code === 'duckdb-extension-missing') return undefined;
  const isEmpty = (await lstat(path).catch(() => undefined))?.size === 0;
  return {
    path,
    why: isEmpty ? 'is empty' : 'is damaged',
    next: `Move ${JSON.stringify(path)} out of the directory, or write it again.`,
  };
}

/** The error that something ends with. @throws DiagnosticError, which is about this program and no file */
async function errorOf(act: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
}
