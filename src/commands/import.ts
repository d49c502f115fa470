import * as Args from '@oclif/core/args';
import { EngineCommand } from '../cli/engine-command.js';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../cli/flags.js';
import { renderChanges } from '../cli/state-changes.js';
import { DEFAULT_OPTIONS, importResource } from '../engine/index.js';

export class ImportCommand extends EngineCommand {
  static override readonly description =
    'The configuration must name the object. The system is not changed and no value is read; where the object differs from the ' +
    'configuration, the next plan shows it. `lifecycle: { adopt: true }` does the same during an apply.\n' +
    'Exit code 0: done; 1: error, and nothing was changed.';
  static override readonly examples = [
    'secrets import secret.helios.HF_TOKEN',
    'secrets import secret.helios.HF_TOKEN 3fa85f64-5717-4562-b3fc-2c963f66afa6',
    'secrets import duckdb_server.warehouse.lake',
  ];
  static override readonly document = 'state';
  static override readonly args = {
    address: Args.string({ ignoreStdin: true, required: true, description: 'The address of the resource.' }),
    id: Args.string({
      ignoreStdin: true,
      description: 'The id of the object in its system. Another object is refused.',
    }),
  };
  static override readonly flags = { ...fileFlag, ...valueFlags, ...lockFlags, ...outputFlags };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(ImportCommand);
    const options = { ...DEFAULT_OPTIONS, ...stateOptions(flags) };
    return renderChanges(
      await importResource(args.address, args.id, options, this.cli.context(flags), this.cli),
      this.cli,
    );
  }
}
