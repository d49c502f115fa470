import { Args } from '@oclif/core';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../cli/flags.js';
import { StateCommand, sayWaiting } from '../cli/state-command.js';
import { DEFAULT_OPTIONS, importResource } from '../engine/index.js';

export default class Import extends StateCommand {
  static override summary = 'Take an object that exists into the state: from then on the stack owns it.';
  static override description =
    'The configuration must name it. The system is not touched and no value is read; what the configuration wants otherwise ' +
    'is in the next plan. `lifecycle: { adopt: true }` does the same in an apply. Exit code 0: done; 1: an error, nothing was changed.';
  static override examples = [
    '<%= config.bin %> import secret.helios.HF_TOKEN',
    '<%= config.bin %> import secret.helios.HF_TOKEN 3fa85f64-5717-4562-b3fc-2c963f66afa6',
    '<%= config.bin %> import duckdb_server.warehouse.lake',
  ];
  static override args = {
    address: Args.string({ ignoreStdin: true, required: true, description: 'The address of the resource.' }),
    id: Args.string({
      ignoreStdin: true,
      description: 'The id that its system has for it: any other object is refused.',
    }),
  };
  static override flags = { ...fileFlag, ...valueFlags, ...lockFlags, ...outputFlags };

  protected override async work(): Promise<number> {
    const { args, flags } = await this.parse(Import);
    const options = { ...DEFAULT_OPTIONS, ...stateOptions(flags) };
    const hooks = { onWait: sayWaiting(this.terminal) };
    return this.showChanges(
      await importResource(args.address, args.id, options, this.context(flags), hooks),
      flags.json,
    );
  }
}
