import * as Args from '@oclif/core/args';
import { EngineCommand } from '../../cli/engine-command.js';
import { exitCode } from '../../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../../cli/flags.js';
import { stateRead } from '../../engine/index.js';
import { wildcard } from '../../model/index.js';

export class StateListCommand extends EngineCommand {
  static override readonly description =
    'Prints one address per line. Reads the state and asks no system. `*` in the pattern matches any characters.\n' +
    'Exit code 0: done; 1: error.';
  static override readonly examples = [
    'secrets state list',
    "secrets state list 'secret.helios.AWS_*'",
    'secrets state list --json',
  ];
  static override readonly document = 'state';
  static override readonly args = {
    pattern: Args.string({ ignoreStdin: true, description: 'Only addresses that match.', default: '*' }),
  };
  static override readonly flags = { ...fileFlag, ...valueFlags, ...outputFlags };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(StateListCommand);
    const { status, diagnostics, state } = await stateRead(flags.file, this.cli.context(flags));
    const matches = wildcard(args.pattern);
    const records = (state?.records ?? []).filter((record) => matches(record.address));
    const { serial = 0, lineage = '' } = state ?? {};
    this.cli.render({ kind: 'state', view: 'addresses', status, diagnostics, serial, lineage, records });
    return exitCode(status);
  }
}
