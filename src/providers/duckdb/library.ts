import type * as Library from '@duckdb/node-api';
import { defined, problemError } from '../../model/index.js';

/** DuckDB in memory. Values are passed as parameters, never in the text of a statement. */
export interface Duckdb {
  /** Runs one statement with `$1`, `$2` … in it. @throws Error with DuckDB's message, which may hold a value. */
  run(sql: string, values?: readonly (string | readonly string[])[]): Promise<void>;
  /** Runs one query and gives its rows; lists come as arrays. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): void;
}

/** What an instance may read of the disk. */
interface Folders {
  /** The persistent secrets that it reads and writes; absent: none. */
  readonly secretDirectory?: string | undefined;
  readonly extensionDirectory?: string | undefined;
}

/**
 * Opens DuckDB in memory. Loading the library takes a quarter of a second, once; an instance takes a few milliseconds.
 * Extensions are loaded when a type needs them, and never downloaded.
 * @throws DiagnosticError where the library is not installed, or has no build for this machine
 */
export async function openDuckdb({ secretDirectory, extensionDirectory }: Folders): Promise<Duckdb> {
  const library = await loadLibrary();
  const instance = await library.DuckDBInstance.create(':memory:', {
    threads: '1',
    autoload_known_extensions: 'true',
    autoinstall_known_extensions: 'false',
    allow_unredacted_secrets: 'true',
    ...(secretDirectory === undefined
      ? { allow_persistent_secrets: 'false' }
      : { secret_directory: secretDirectory }),
    ...defined({ extension_directory: extensionDirectory }),
  });
  const connection = await instance.connect();
  return {
    async run(sql, values = []) {
      const bound = values.map((value): Library.DuckDBValue =>
        typeof value === 'string' ? value : library.listValue(value),
      );
      await connection.run(sql, bound);
    },
    async rows(sql) {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson();
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function loadLibrary(): Promise<typeof Library> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    throw problemError({
      code: 'duckdb-not-installed',
      summary: 'DuckDB secrets need the package @duckdb/node-api, which could not be loaded.',
      detail: error instanceof Error ? error.message.split('\n') : undefined,
      next: 'Install it beside this program: npm install @duckdb/node-api',
    });
  }
}

/** A name in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
