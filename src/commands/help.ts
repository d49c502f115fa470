import * as Args from '@oclif/core/args';
import { CliCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';
import { outputFlags } from '../cli/flags.js';
import { CliHelp } from '../cli/help.js';

export class HelpCommand extends CliCommand {
  static override readonly description = '`secrets COMMAND --help` and `secrets COMMAND -h` do the same.';
  static override readonly examples = ['secrets help', 'secrets help plan', 'secrets help state mv'];
  static override readonly args = {
    command: Args.string({
      ignoreStdin: true,
      multiple: true,
      description: 'The command. Default: the list of all commands.',
    }),
  };
  static override readonly flags = outputFlags;

  override async run(): Promise<number> {
    const { args } = await this.parse(HelpCommand);
    await new CliHelp(this.config).showHelp(args.command ?? []);
    return EXIT.ok;
  }
}
