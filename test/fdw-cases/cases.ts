import { readFile } from 'node:fs/promises';

/** What a statement did: rows as text, or Postgres' error. `blocked`: it waited for another session. */
export interface Outcome {
  readonly ok: boolean;
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly notices?: readonly { readonly message: string }[];
  readonly sqlstate?: string;
  readonly message?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly blocked?: boolean;
}

/** A recorded statement of a role in a session of its own, with its outcome. */
export interface RecordedStatement extends Outcome {
  readonly role: string;
  readonly sql: string;
}

/** One recorded case: `sql` runs in one session of `role`; `setup` and `after` run before and after it. */
export interface RecordedCase {
  readonly id: string;
  readonly section: string;
  readonly role: string;
  readonly db: string;
  readonly sql: readonly string[];
  readonly expect: Outcome;
  readonly steps?: readonly Outcome[];
  readonly setup?: readonly RecordedStatement[];
  readonly after?: readonly RecordedStatement[];
  readonly secret_in_server_log?: boolean;
  readonly key_id_in_server_log?: boolean;
  /** What the case needs beside the stage, in words. */
  readonly needs?: string;
}

/** A recording: its cases, and what its first entry says of how they were made. */
export interface Recording {
  readonly note: string;
  readonly cases: readonly RecordedCase[];
}

/** Reads a recording. Its first entry, `_meta`, explains the rest. */
export async function readRecording(file: string): Promise<Recording> {
  const entries = JSON.parse(await readFile(file, 'utf8')) as ({
    id: string;
    note?: string;
  } & RecordedCase)[];
  return {
    note: entries.find((entry) => entry.id === '_meta')?.note ?? '',
    cases: entries.filter((entry) => entry.id !== '_meta'),
  };
}

/** The cases of a recording. */
export async function readCases(file: string): Promise<readonly RecordedCase[]> {
  return (await readRecording(file)).cases;
}

/** The group of a case: the part of its section's name after the number. */
export function groupOf(recorded: RecordedCase): string {
  return recorded.section;
}
