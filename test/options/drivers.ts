import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What a statement gives: rows of text, or DuckDB's message. */
export type Answer = { readonly rows: readonly (readonly string[])[] } | { readonly error: string };

/** A DuckDB in memory that takes one statement after the other. */
export interface Driver {
  run(sql: string): Promise<Answer>;
  close(): Promise<void>;
}

/** What a DuckDB is started with. */
export type Settings = Readonly<Record<string, string>>;

/** The part of `@duckdb/node-api` that a driver uses, of whatever version. */
interface NodeApi {
  readonly DuckDBInstance: {
    create(
      path: string,
      settings: Settings,
    ): Promise<{
      connect(): Promise<{
        runAndReadAll(sql: string): Promise<{ getRowsJson(): readonly (readonly unknown[])[] }>;
        closeSync(): void;
      }>;
      closeSync(): void;
    }>;
  };
}

/** A DuckDB of a package `@duckdb/node-api`: the one of this project, or that of a folder with `node_modules`. */
export async function nodeDriver(folder: string, settings: Settings): Promise<Driver> {
  const path = createRequire(join(folder, 'package.json')).resolve('@duckdb/node-api');
  const library = (await import(pathToFileURL(path).href)) as NodeApi & { readonly default?: NodeApi };
  const { DuckDBInstance } = library.default ?? library;
  const instance = await DuckDBInstance.create(':memory:', settings);
  const connection = await instance.connect();
  return {
    run: (sql) =>
      connection.runAndReadAll(sql).then(
        (reader) => ({ rows: reader.getRowsJson().map((row) => row.map(String)) }),
        (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
      ),
    close: () => {
      connection.closeSync();
      instance.closeSync();
      return Promise.resolve();
    },
  };
}

const PYTHON = `
import json, sys, duckdb
connection = duckdb.connect(':memory:', config=json.loads(sys.argv[1]))
for line in sys.stdin:
    try:
        rows = connection.execute(json.loads(line)).fetchall()
        print(json.dumps({'rows': [[str(cell) for cell in row] for row in rows]}), flush=True)
    except Exception as error:
        print(json.dumps({'error': str(error)}), flush=True)
`;

/** A DuckDB of a Python that has the package `duckdb`. */
export function pythonDriver(interpreter: string, settings: Settings): Driver {
  const child = spawn(interpreter, ['-c', PYTHON, JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(sql) {
      child.stdin.write(`${JSON.stringify(sql)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error(`${interpreter} has no package duckdb, or it ended.`);
      return JSON.parse(line.value) as Answer;
    },
    close: () =>
      new Promise((resolve) => {
        child.once('close', () => {
          resolve();
        });
        child.stdin.end();
      }),
  };
}
