import { setTimeout as sleep } from 'node:timers/promises';
import type { DiagnosticError } from '../../model/index.js';
import type { Link } from './client.js';
import { isCreationRace, isDenied, quoteName, refused, stateError } from './errors.js';
import { LAYOUT } from './sql.js';
import { TABLES } from './tables.js';
import type { Statements } from './sql.js';
import { notTrusted, trustProblem } from './trust.js';

/** What the catalog says of the schema, and what we may do there. */
interface FoundLayout {
  readonly hasSchema: boolean;
  readonly hasTables: boolean;
  readonly mayCreateSchema: boolean;
  readonly mayCreateTables: boolean;
  readonly role: string;
  readonly database: string;
}

/** The tables of one schema. */
export interface Layout {
  /** Whether they are there. */
  exist(): Promise<boolean>;
  /**
   * Makes them where they are not there.
   * @throws DiagnosticError where the role may not; it says what to grant
   */
  make(): Promise<void>;
  /**
   * Checks the version that a statement saw.
   * @throws DiagnosticError where it is another one than this version supports
   */
  check(version: number | undefined): void;
  /** What a person needs to hear about a statement that the server refused. */
  explain(error: unknown): Promise<DiagnosticError>;
}

const PATIENCE_MS = 30_000;
const RACES = 20;

/** Looks after the tables of a schema. */
export function layoutOf(link: Link, sql: Statements, schema: string, location: string): Layout {
  const name = quoteName(schema);
  const probe = async (): Promise<FoundLayout> => {
    const rows = await link.ask(sql.probe, [schema], { patienceMs: PATIENCE_MS });
    return rows[0] as FoundLayout;
  };
  const mayNot = (what: string, { role, database }: FoundLayout, ...grants: string[]): DiagnosticError =>
    stateError(
      'state-rights',
      `The role ${JSON.stringify(role)} may not ${what} in database ${JSON.stringify(database)}, where the state ${location} is kept.`,
      `Let an administrator run there: ${grants.map((grant) => `${grant};`).join(' ')}`,
    );
  const mayNotCreate = (found: FoundLayout): DiagnosticError =>
    mayNot(
      `create tables in the schema ${name}`,
      found,
      `GRANT USAGE, CREATE ON SCHEMA ${name} TO ${quoteName(found.role)}`,
    );
  return {
    async exist() {
      return (await probe()).hasTables;
    },
    async make() {
      for (let races = 0; ; races += 1) {
        const found = await probe();
        if (found.hasTables) return;
        const role = quoteName(found.role);
        if (!found.hasSchema && !found.mayCreateSchema) {
          throw mayNot('create a schema', found, `CREATE SCHEMA ${name} AUTHORIZATION ${role}`);
        }
        if (found.hasSchema && !found.mayCreateTables) throw mayNotCreate(found);
        try {
          await link.script(sql.create(!found.hasSchema), { patienceMs: PATIENCE_MS });
          return;
        } catch (error) {
          if (!isCreationRace(error) || races === RACES) throw refused(location, error);
          await sleep(Math.random() * 50);
        }
      }
    },
    check: (version) => {
      checkVersion(version, location, name);
    },
    async explain(error) {
      const problem = trustProblem(error);
      if (problem !== undefined && 'owner' in problem) return notTrusted(location, schema, problem);
      if (problem !== undefined) return tablesMissing(location, name);
      if (!isDenied(error)) return refused(location, error);
      const found = await probe();
      if (!found.hasTables) return mayNotCreate(found);
      const role = quoteName(found.role);
      return mayNot(
        `use the tables of the schema ${name}`,
        found,
        `GRANT USAGE ON SCHEMA ${name} TO ${role}`,
        `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${name} TO ${role}`,
      );
    },
  };
}

function checkVersion(version: number | undefined, location: string, schemaName: string): void {
  if (version === LAYOUT) return;
  if (version !== undefined && version > LAYOUT) {
    throw stateError(
      'newer-state',
      `The tables of the state ${location} have layout ${version}; this version of secrets supports layout ${LAYOUT}.`,
      'Use the newer version of secrets that created them. Nothing was changed.',
    );
  }
  throw stateError(
    'damaged-state',
    `The tables of the state ${location} do not say which layout they have.`,
    `Nothing was changed. The table ${schemaName}.state_layout must hold the one row ${LAYOUT}: bring it back.`,
  );
}

function tablesMissing(location: string, schemaName: string): DiagnosticError {
  return stateError(
    'damaged-state',
    `Not all tables of the state ${location} exist.`,
    `Nothing was changed. Bring the tables of the schema ${schemaName} back: ${TABLES.join(', ')}.`,
  );
}
