import * as Args from '@oclif/core/args';
import { EngineCommand } from '../../cli/engine-command.js';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../../cli/flags.js';
import { renderChanges } from '../../cli/state-changes.js';
import { stateRemove } from '../../engine/index.js';

export class StateRmCommand extends EngineCommand {
  static override readonly description =
    'What belongs to them (shares, user mappings) is forgotten too. The mark of the stack is taken off a server, where its database can ' +
    'be reached; otherwise what keeps it is named. A resource that the configuration still names is refused by ' +
    'the next plan, since it exists and the stack does not own it: remove it from the configuration as well, or list it under ' +
    '`removed:` instead.\nExit code 0: done; 1: error, and nothing was changed.';
  static override readonly examples = ['secrets state rm secret.helios.HANDED_OVER'];
  static override readonly document = 'state';
  static override readonly finishesInFlight = true;
  static override readonly args = {
    address: Args.string({
      ignoreStdin: true,
      required: true,
      multiple: true,
      description: 'The addresses of the resources.',
    }),
  };
  static override readonly flags = { ...fileFlag, ...valueFlags, ...lockFlags, ...outputFlags };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(StateRmCommand);
    return renderChanges(
      await stateRemove(args.address, stateOptions(flags), this.cli.context(flags), this.cli),
      this.cli,
    );
  }
}
