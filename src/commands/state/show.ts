import * as Args from '@oclif/core/args';
import { EngineCommand } from '../../cli/engine-command.js';
import { exitCode } from '../../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../../cli/flags.js';
import { stateRecord } from '../../engine/index.js';

export class StateShowCommand extends EngineCommand {
  static override readonly description =
    'Prints what was last applied: the id, the fields that are not sensitive, and which others there are. The state holds no ' +
    'value.\nExit code 0: done; 1: error.';
  static override readonly examples = ['secrets state show secret.helios.HF_TOKEN'];
  static override readonly document = 'state';
  static override readonly args = {
    address: Args.string({ ignoreStdin: true, required: true, description: 'The address of the resource.' }),
  };
  static override readonly flags = { ...fileFlag, ...valueFlags, ...outputFlags };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(StateShowCommand);
    const { status, diagnostics, state, record } = await stateRecord(
      args.address,
      flags.file,
      this.cli.context(flags),
    );
    const { serial = 0, lineage = '' } = state ?? {};
    const records = record === undefined ? [] : [record];
    this.cli.render({ kind: 'state', view: 'records', status, diagnostics, serial, lineage, records });
    return exitCode(status);
  }
}
