import * as Args from '@oclif/core/args';
import { EngineCommand } from '../../cli/engine-command.js';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../../cli/flags.js';
import { renderChanges } from '../../cli/state-changes.js';
import { stateMove } from '../../engine/index.js';

export class StateMvCommand extends EngineCommand {
  static override readonly description =
    'What belongs to the resource (shares, user mappings) moves with it. The systems are not changed. `moved:` in the ' +
    'configuration does the same for everybody who applies it.\nExit code 0: done; 1: error, and nothing was changed.';
  static override readonly examples = ['secrets state mv secret.helios.OLD_NAME secret.helios.NEW_NAME'];
  static override readonly document = 'state';
  static override readonly finishesInFlight = true;
  static override readonly args = {
    from: Args.string({ ignoreStdin: true, required: true, description: 'The present address.' }),
    to: Args.string({ ignoreStdin: true, required: true, description: 'The new address.' }),
  };
  static override readonly flags = { ...fileFlag, ...valueFlags, ...lockFlags, ...outputFlags };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(StateMvCommand);
    return renderChanges(
      await stateMove(args.from, args.to, stateOptions(flags), this.cli.context(flags), this.cli),
      this.cli,
    );
  }
}
