import * as Args from '@oclif/core/args';
import { EngineCommand } from '../cli/engine-command.js';
import { EXIT } from '../cli/exit.js';
import { colorFlags, fileFlag, valueFlags } from '../cli/flags.js';
import { getValues } from '../engine/index.js';

export class GetCommand extends EngineCommand {
  static override readonly description =
    'Reads the value from where the configuration takes it, and asks no system. The value is printed exactly as it is; on a ' +
    'terminal, a newline follows. This is the only command that prints a value.\n' +
    'Exit code 0: done; 1: error, and nothing is printed.';
  static override readonly examples = [
    'secrets get secret.helios.HF_TOKEN',
    "secrets get 'user_mapping.warehouse.lake/analyst#secret' | pbcopy",
  ];
  static override readonly document = 'error';
  static override readonly args = {
    address: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'An address, or the name of a secret; ADDRESS#field if the resource has several values.',
    }),
  };
  static override readonly flags = { ...fileFlag, ...valueFlags, ...colorFlags };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(GetCommand);
    const { diagnostics, values } = await getValues([args.address], flags.file, this.cli.context(flags));
    this.cli.report(diagnostics);
    this.cli.terminal.exact(`${values[0] ?? ''}${this.cli.terminal.isOutTerminal ? '\n' : ''}`);
    return EXIT.ok;
  }
}
