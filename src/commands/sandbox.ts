import { rm } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import { SecretsCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';
import { outputFlags } from '../cli/flags.js';
import { DiagnosticError, defined } from '../model/index.js';
import { isReplaceable, startSandbox, writeEnvFile } from '../sandbox/index.js';
import type { Sandbox as RunningSandbox } from '../sandbox/index.js';

export default class Sandbox extends SecretsCommand {
  static override summary =
    'Start a local Helios Management API and a Postgres with the duckdb wrapper, to try things.';
  static override description =
    'Both listen on 127.0.0.1 alone and keep everything in memory. Runs until it is stopped (Ctrl-C, SIGTERM); nothing ' +
    'is left behind. The API knows four people with a key each, teams, and the rules of the real one; the wrapper is a ' +
    'stand-in that answers as the real one does.';
  static override examples = [
    '<%= config.bin %> sandbox --env-file sandbox.env',
    '<%= config.bin %> sandbox --json --port 8080',
  ];
  static override flags = {
    port: Flags.integer({
      default: 0,
      min: 0,
      max: 65_535,
      summary: 'Port of the Management API; 0: a free one.',
    }),
    'postgres-port': Flags.integer({
      default: 0,
      min: 0,
      max: 65_535,
      summary: 'Port of the Postgres; 0: a free one.',
    }),
    'env-file': Flags.string({
      summary: 'Write the variables that the examples read to this file; it is removed at the end.',
      helpValue: '<path>',
    }),
    ...outputFlags,
  };

  protected override readonly finishesInFlight = true;

  protected override async work(): Promise<number> {
    const { flags } = await this.parse(Sandbox);
    const { signal } = this.context(flags);
    const envFile = flags['env-file'];
    if (envFile !== undefined) await checkEnvFile(envFile);
    this.terminal.progress('starting the sandbox');
    const sandbox = await start(flags.port, flags['postgres-port']);
    let isWritten = false;
    try {
      if (envFile !== undefined) await writeVariables(envFile, sandbox.variables);
      isWritten = envFile !== undefined;
      this.terminal.out(
        flags.json ? `${JSON.stringify(describe(sandbox, envFile))}\n` : this.#welcome(sandbox, envFile),
      );
      await stopped(signal);
    } finally {
      await sandbox.close();
      if (envFile !== undefined && isWritten) await rm(envFile, { force: true });
    }
    return EXIT.ok;
  }

  protected override readonly stopMessage = 'Stopping the sandbox.\n';

  protected override renderError(): undefined {
    return undefined;
  }

  #welcome({ helios, postgres, variables }: RunningSandbox, envFile: string | undefined): string {
    const { bold, dim } = this.terminal.outStyle;
    const keys = helios.keys.map((key) => `    ${key.email.padEnd(20)} ${key.token}`).join('\n');
    const use =
      envFile === undefined
        ? Object.entries(variables)
            .map(([name, value]) => `    export ${name}='${value}'`)
            .join('\n')
        : `    set -a; . ${envFile.includes('/') ? envFile : `./${envFile}`}; set +a`;
    return [
      bold('The sandbox is running.'),
      '',
      `  Helios Management API  ${helios.url}   ${dim(`organization ${helios.organization.name}`)}`,
      `  Postgres               ${postgres.url}`,
      '',
      '  API keys',
      keys,
      '',
      '  In another terminal:',
      use,
      '    secrets plan -f examples/quickstart',
      '',
      '  Press Ctrl-C to stop. Nothing is kept.',
      '',
    ].join('\n');
  }
}

async function start(heliosPort: number, postgresPort: number): Promise<RunningSandbox> {
  try {
    return await startSandbox({ heliosPort, postgresPort });
  } catch (error) {
    throw new DiagnosticError([
      {
        severity: 'error',
        code: 'sandbox',
        summary: `The sandbox cannot start: ${error instanceof Error ? error.message : 'unknown error'}`,
        next: 'Choose other ports, or leave --port and --postgres-port out.',
      },
    ]);
  }
}

/** Writes the variables to a file that has been checked. */
async function writeVariables(path: string, variables: RunningSandbox['variables']): Promise<void> {
  try {
    await writeEnvFile(path, variables);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw envFileProblem(
      `The file ${path} cannot be written (${code}).`,
      'Name a file in a folder that is there and that you may write to.',
    );
  }
}

async function checkEnvFile(path: string): Promise<void> {
  if (await isReplaceable(path)) return;
  throw envFileProblem(
    `The file ${path} is there already, and is not one of a sandbox: it stays as it is.`,
    'Name a file of its own: it is removed when the sandbox stops.',
  );
}

function envFileProblem(summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code: 'env-file', summary, next }]);
}

/** What `--json` prints: how to reach everything, on one line. */
function describe({ helios, postgres, variables }: RunningSandbox, envFile: string | undefined): object {
  return {
    document: 'sandbox',
    version: 1,
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
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener('abort', () => {
        resolve();
      });
  });
}
