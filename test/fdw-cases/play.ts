import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import type { Outcome, RecordedCase, RecordedStatement } from './cases.js';
import { difference } from './compare.js';
import { Session } from './session.js';
import type { Sessions } from './sessions.js';
import { lossOf } from './stage.js';
import type { Stage } from './stage.js';

/** Where cases are played: the superuser's URL, and the server's log where it can be read. */
export interface Server {
  readonly url: string;
  readonly logFile?: string;
}

/** A step of a case that interleaves sessions: `[A:postgres] SQL`. */
const INTERLEAVED = /^\[(\w+):(\w+)\] (\(result of blocked statement\) )?([\s\S]*)$/;

class Players {
  readonly #server: Server;
  readonly #database: string;
  readonly #sessions = new Map<string, Session>();

  constructor(server: Server, database: string) {
    this.#server = server;
    this.#database = database;
  }

  async #session(name: string, role: string): Promise<Session> {
    const open = this.#sessions.get(name) ?? (await Session.open(this.#server.url, role, this.#database));
    this.#sessions.set(name, open);
    return open;
  }

  /** Runs one step. `blocks`: the recording says that the statement waits, so it is left waiting. */
  async run(step: string, role: string, blocks: boolean): Promise<Outcome> {
    const [, name = 'only', as = role, result, sql = step] = INTERLEAVED.exec(step) ?? [];
    const session = await this.#session(name, as);
    if (result !== undefined && session.waiting !== undefined) {
      const outcome = await session.waiting;
      session.waiting = undefined;
      return outcome;
    }
    if (!blocks) return session.run(sql);
    const running = session.run(sql);
    session.waiting = running;
    return (await this.#waits(session.pid, running)) ? { ok: false, blocked: true } : running;
  }

  async #waits(pid: number, running: Promise<Outcome>): Promise<boolean> {
    const watcher = await Session.open(this.#server.url, 'postgres', 'postgres');
    try {
      const ended = running.then(() => 'ended' as const);
      for (;;) {
        const { rows } = await watcher.run(
          `SELECT 1 FROM pg_stat_activity WHERE pid = ${pid} AND wait_event_type = 'Lock'`,
        );
        if ((rows ?? []).length > 0) return true;
        if ((await Promise.race([ended, pause(10)])) === 'ended') return false;
      }
    } finally {
      await watcher.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
  }
}

const shortened = (sql: string): string => (sql.length > 100 ? `${sql.slice(0, 100)}…` : sql);

/** Plays a case and gives every difference from its recording, in words: none means that they agree. */
export async function play(
  server: Server,
  sessions: Sessions,
  stage: Stage,
  recorded: RecordedCase,
): Promise<readonly string[]> {
  const differences: string[] = [];
  const around = (statement: RecordedStatement): Promise<Outcome> =>
    sessions.run(recorded.db, statement.role, statement.sql);
  const note = (where: string, sql: string, before: Outcome, now: Outcome): void => {
    const found = difference(sql, before, now);
    if (found !== undefined) differences.push(`${where} ${shortened(sql)}: ${found}`);
  };
  for (const statement of recorded.setup ?? []) {
    note('setup', statement.sql, statement, await around(statement));
  }
  const logged = await logLength(server);
  const players = new Players(server, recorded.db);
  try {
    let last: Outcome = { ok: true };
    const outcomes: Outcome[] = [];
    for (const [index, step] of recorded.sql.entries()) {
      const before = recorded.steps?.[index];
      last = await players.run(step, recorded.role, before?.blocked === true);
      outcomes.push(last);
      if (lossOf(recorded) === index + 1) await stage.lose();
      if (before !== undefined) note(`step ${index + 1}`, step, before, last);
    }
    if (recorded.steps === undefined)
      note('result', recorded.sql.at(-1) ?? '', recorded.expect, expected(recorded, outcomes));
  } finally {
    await players.close();
  }
  differences.push(...(await leaks(server, recorded, logged)));
  for (const statement of recorded.after ?? []) {
    note('after', statement.sql, statement, await around(statement));
  }
  return differences;
}

/** The outcome that `expect` speaks of: the last statement's; in the cases about the log, the first failure, if any. */
function expected(recorded: RecordedCase, outcomes: readonly Outcome[]): Outcome {
  const failed = outcomes.find((outcome) => !outcome.ok);
  const last = outcomes.at(-1) ?? { ok: true };
  return recorded.secret_in_server_log === undefined ? last : (failed ?? { ok: true });
}

async function logLength(server: Server): Promise<number> {
  return server.logFile === undefined ? 0 : (await readFile(server.logFile)).length;
}

/** Did the server's log get the values that were recorded there, and no others? */
async function leaks(server: Server, recorded: RecordedCase, from: number): Promise<string[]> {
  if (server.logFile === undefined || recorded.secret_in_server_log === undefined) return [];
  const written = (await readFile(server.logFile)).subarray(from).toString('utf8');
  const marks = [
    ['secret', /exampleLog(Secret777|Token888)/, recorded.secret_in_server_log],
    ['key_id', /AKIALOGMARK/, recorded.key_id_in_server_log],
  ] as const;
  return marks
    .filter(([, mark, before]) => before !== undefined && mark.test(written) !== before)
    .map(([name, , before]) => `log: ${name} is ${before === true ? 'not ' : ''}in the server's log`);
}
