import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { nobodyToAsk } from '../cli/approval.js';
import { EngineCommand } from '../cli/engine-command.js';
import { EXIT } from '../cli/exit.js';
import {
  approvalFlags,
  fileFlag,
  lockFlags,
  outputFlags,
  scopeFlags,
  stateOptions,
  valueFlags,
} from '../cli/flags.js';
import type { ContextFlags } from '../cli/run.js';
import { renderChanges } from '../cli/state-changes.js';
import { DEFAULT_OPTIONS, importAll, importResource } from '../engine/index.js';
import type { ImportPlan, RunOptions } from '../engine/index.js';
import { problemError } from '../model/index.js';
import { printable } from '../report/index.js';

export class ImportCommand extends EngineCommand {
  static override readonly description =
    'The configuration must name the object. In the system only its mark is set, where it can carry one (the COMMENT of a server), ' +
    'and no value is read; where the object differs from the configuration, the next plan shows it. `lifecycle: { adopt: true }` ' +
    'does the same during an apply. With --all, for a state that was lost: everything that the configuration names and the ' +
    'systems have is shown, approved once, and taken in.\n' +
    'Exit code 0: done; 1: error, or not approved, and nothing was changed; 3: with --all, a system could not be reached, and nothing was changed.';
  static override readonly examples = [
    'secrets import secret.helios.HF_TOKEN',
    'secrets import secret.helios.HF_TOKEN 3fa85f64-5717-4562-b3fc-2c963f66afa6',
    'secrets import duckdb_server.warehouse.lake',
    'secrets import --all',
    "secrets import --all --exclude '*.warehouse.*'",
  ];
  static override readonly document = 'state';
  static override readonly finishesInFlight = true;
  static override readonly args = {
    address: Args.string({ ignoreStdin: true, description: 'The address of the resource.' }),
    id: Args.string({
      ignoreStdin: true,
      description: 'The id of the object in its system. Another object is refused.',
    }),
  };
  static override readonly flags = {
    ...fileFlag,
    ...valueFlags,
    all: Flags.boolean({ summary: 'Everything that the configuration names and the systems have.' }),
    ...scopeFlags,
    ...approvalFlags,
    ...lockFlags,
    ...outputFlags,
  };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(ImportCommand);
    const { all, target: targets, exclude: excludes, parallelism } = flags;
    checkUsage(args.address, flags);
    const options = { ...DEFAULT_OPTIONS, ...stateOptions(flags), targets, excludes, parallelism };
    if (all) return this.#importAll(options, flags);
    return renderChanges(
      await importResource(args.address ?? '', args.id, options, this.cli.context(flags), this.cli),
      this.cli,
    );
  }

  async #importAll(
    options: RunOptions,
    flags: ContextFlags & { readonly 'auto-approve': boolean; readonly 'no-input': boolean },
  ): Promise<number> {
    const isAsking = !flags['auto-approve'];
    const obstacle = this.cli.askingObstacle(flags['no-input']);
    if (isAsking && obstacle !== undefined) {
      throw problemError(
        nobodyToAsk('This import', obstacle, 'Run it on a terminal, or give --auto-approve.'),
      );
    }
    const result = await importAll(options, this.cli.context(flags), {
      onWait: this.cli.onWait,
      approve: async (plan) => {
        this.cli.terminal.err(importText(plan));
        this.cli.report(plan.diagnostics);
        return isAsking ? this.cli.ask() : true;
      },
    });
    if (result.declined === true) {
      this.cli.terminal.err('Cancelled: nothing was changed.\n');
      return EXIT.error;
    }
    if (result.status === 'ok' && result.changes.length === 0 && this.cli.isForPeople) {
      this.cli.terminal.out('Nothing to import. Nothing was changed.\n');
    }
    return renderChanges(result, this.cli);
  }
}

/** What of the usage cannot be said in flags. */
function checkUsage(
  address: string | undefined,
  flags: { readonly all: boolean; readonly target: readonly string[]; readonly exclude: readonly string[] },
): void {
  const words = { code: 'usage', next: 'secrets import ADDRESS [ID], or secrets import --all' };
  if (!flags.all && address === undefined) {
    throw problemError({ ...words, summary: 'Give the address of a resource, or --all.' });
  }
  if (flags.all && address !== undefined) {
    throw problemError({ ...words, summary: '--all and an address cannot be used together.' });
  }
  if (!flags.all && flags.target.length + flags.exclude.length > 0) {
    throw problemError({ ...words, summary: '--target and --exclude are for --all.' });
  }
}

/** What would be taken in, for people. */
function importText({ objects, missing }: ImportPlan): string {
  const lines = objects.map(({ address, id, isMarked }) => {
    const system = isMarked ? 'only its mark changes in the system' : 'nothing changes in the system';
    return `  = ${printable(address)} will be imported (${printable(id)}; ${system})\n`;
  });
  const absent =
    missing.length === 0
      ? ''
      : `\nNot in the systems; an apply creates them: ${missing.map(printable).join(', ')}.\n`;
  return `${lines.join('')}${absent}\nImport: ${objects.length} to import.\n`;
}
