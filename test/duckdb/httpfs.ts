import { execFile } from 'node:child_process';
import { access, copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { CACHE } from '../support/python.js';

const run = promisify(execFile);

/** Where DuckDB finds the real `httpfs`, or why it is not to be had here. */
export type Httpfs = { readonly extensionDirectory: string } | { readonly skipped: string };

/**
 * The real `httpfs` of the very version of the library, from the PyPI package `duckdb-extension-httpfs`: downloaded with pip once, kept
 * beside `node_modules`. Says why, where it cannot be had.
 */
export async function realHttpfs(): Promise<Httpfs> {
  const { version, platform } = await libraryVersion();
  const extensionDirectory = join(CACHE, 'duckdb-extensions');
  const target = join(extensionDirectory, version, platform, 'httpfs.duckdb_extension');
  try {
    await access(target);
    return { extensionDirectory };
  } catch {
    // Not there yet.
  }
  const folder = await mkdtemp(join(tmpdir(), 'secrets-httpfs-'));
  try {
    const wanted = `duckdb-extension-httpfs==${version.replace(/^v/, '')}`;
    const pip = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '-d',
      folder,
      wanted,
    ];
    await run('python3', pip, { timeout: 100_000 });
    await run('sh', ['-c', 'python3 -m zipfile -e ./*.whl unpacked'], { cwd: folder });
    const unpacked = join(folder, 'unpacked/duckdb_extension_httpfs/extensions', version);
    await mkdir(dirname(target), { recursive: true });
    // In one step: another test may look for it at the same time.
    const copy = `${target}-${process.pid}`;
    await copyFile(join(unpacked, 'httpfs.duckdb_extension'), copy);
    await rename(copy, target);
    return { extensionDirectory };
  } catch (error) {
    const skipped = `no httpfs ${version} for ${platform}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`;
    return { skipped };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function libraryVersion(): Promise<{ readonly version: string; readonly platform: string }> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    'SELECT version() AS version, (SELECT platform FROM pragma_platform()) AS platform',
  );
  const [row] = reader.getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return {
    version: JSON.stringify(row?.['version']).slice(1, -1),
    platform: JSON.stringify(row?.['platform']).slice(1, -1),
  };
}
