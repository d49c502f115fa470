import { CliCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';
import { outputFlags } from '../cli/flags.js';
import { versionText } from '../cli/version.js';

export class VersionCommand extends CliCommand {
  static override readonly description = '`secrets --version` does the same.';
  static override readonly examples = ['secrets version'];
  static override readonly flags = outputFlags;

  override async run(): Promise<number> {
    await this.parse(VersionCommand);
    this.log(versionText(this.invocation.io));
    return EXIT.ok;
  }
}
