import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { EngineCommand } from '../cli/engine-command.js';
import { EXIT } from '../cli/exit.js';
import { outputFlags } from '../cli/flags.js';
import { defined, errorCode, problemError } from '../model/index.js';
import type { SandboxDocument } from '../report/index.js';
import {
  API_SHAPES,
  POSTGRES_PRODUCTS,
  isReplaceable,
  startSandbox,
  writeEnvFile,
} from '../sandbox/index.js';
import type { Sandbox, SandboxOptions } from '../sandbox/index.js';

const PORT = { min: 0, max: 65_535, helpValue: '<n>' } as const;

export class SandboxCommand extends EngineCommand {
  static override readonly description =
    'The API listens on 127.0.0.1, the Postgres on a Unix socket that only this user can reach; both keep everything in memory. They run until stopped (Ctrl-C, SIGTERM), and nothing is left ' +
    'behind. The API has four people with a key each, teams, and the rules of the real one; the DuckDB wrapper of the Postgres is ' +
    'a stand-in that responds as the real one does.';
  static override readonly examples = [
    'secrets sandbox --write-env sandbox.env',
    'secrets sandbox --json --port 8080',
  ];
  static override readonly document = 'sandbox';
  static override readonly finishesInFlight = true;
  static override readonly stopMessage = 'Stopping the sandbox.\n';
  static override readonly flags = {
    port: Flags.integer({
      ...PORT,
      default: 0,
      summary: 'Port of the Management API. Default: a free one.',
    }),
    'postgres-port': Flags.integer({
      ...PORT,
      summary:
        'Port of the Postgres, with a password; 0 for a free one. Default: a Unix socket, and no port.',
    }),
    postgres: Flags.option({
      options: POSTGRES_PRODUCTS,
      default: 'pg_duckdb' as const,
      summary: 'Extension that the Postgres imitates: pg_duckdb, or Postgres Pro AXE as documented.',
    })(),
    'api-shape': Flags.option({
      options: API_SHAPES,
      default: 'node' as const,
      summary:
        "Bodies of the Management API: as SingleStore's Node and Python clients decode them, or its Go client and Terraform provider.",
    })(),
    'write-env': Flags.string({
      // Node takes a flag of this name for its own, where it starts the program without `--`, as `npx` does.
      aliases: ['env-file'],
      summary: 'Write the variables that the examples read to this file. It is removed at the end.',
      helpValue: '<path>',
    }),
    ...outputFlags,
  };

  override async run(): Promise<number> {
    const { flags } = await this.parse(SandboxCommand);
    const { signal } = this.cli.context(flags);
    const name = flags['write-env'];
    const file = name === undefined ? undefined : { name, path: resolve(this.cli.io.cwd, name) };
    if (file !== undefined) await checkEnvFile(file);
    this.cli.terminal.progress('starting the sandbox');
    const running = await start({
      heliosPort: flags.port,
      postgres: flags.postgres,
      apiShape: flags['api-shape'],
      ...defined({ postgresPort: flags['postgres-port'] }),
    });
    let isWritten = false;
    try {
      if (file !== undefined) await writeVariables(file, running.variables);
      isWritten = true;
      this.cli.render(documentOf(running, name));
      await stopped(signal);
    } finally {
      await running.close();
      if (file !== undefined && isWritten) await rm(file.path, { force: true });
    }
    return EXIT.ok;
  }
}

/** A file as it was named, and where it is. */
interface NamedFile {
  readonly name: string;
  readonly path: string;
}

async function start(options: SandboxOptions): Promise<Sandbox> {
  try {
    return await startSandbox(options);
  } catch (error) {
    throw problemError({
      code: 'sandbox',
      summary: `Cannot start the sandbox: ${error instanceof Error ? error.message : 'unknown error'}`,
      next: 'Choose other ports, or omit --port and --postgres-port.',
    });
  }
}

/** Writes the variables to a file that has been checked. */
async function writeVariables({ name, path }: NamedFile, variables: Sandbox['variables']): Promise<void> {
  try {
    await writeEnvFile(path, variables);
  } catch (error) {
    throw problemError({
      code: 'env-file',
      summary: `Cannot write the file ${name} (${errorCode(error) ?? 'unknown error'}).`,
      next: 'Name a file in an existing folder that you may write to.',
    });
  }
}

async function checkEnvFile({ name, path }: NamedFile): Promise<void> {
  if (await isReplaceable(path)) return;
  throw problemError({
    code: 'env-file',
    summary: `The file ${name} already exists, and was not written by a sandbox: it is not overwritten.`,
    next: 'Name another file: it is removed when the sandbox stops.',
  });
}

function documentOf({ helios, postgres, variables }: Sandbox, envFile: string | undefined): SandboxDocument {
  return {
    kind: 'sandbox',
    status: 'ok',
    diagnostics: [],
    helios: {
      url: helios.url,
      organization: helios.organization,
      keys: helios.keys,
      controlUrl: `${helios.url}/_sandbox/`,
      controlToken: helios.controlToken,
    },
    postgres: { url: postgres.url, database: postgres.database, user: postgres.user },
    variables,
    ...defined({ envFile }),
  };
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolveStopped) => {
    if (signal.aborted) resolveStopped();
    else
      signal.addEventListener('abort', () => {
        resolveStopped();
      });
  });
}
