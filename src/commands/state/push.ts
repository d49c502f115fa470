import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { EngineCommand } from '../../cli/engine-command.js';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../../cli/flags.js';
import { renderChanges } from '../../cli/state-changes.js';
import { statePush } from '../../engine/index.js';

export class StatePushCommand extends EngineCommand {
  static override readonly description =
    'For a state that could not be saved, or that comes from another backend. Refuses a state of another stack or lineage, and ' +
    'one that is older than the stored one.\nExit code 0: done; 1: error, and nothing was changed.';
  static override readonly examples = [
    'secrets state push analytics-prod.rescued-12-m8x1.state.json',
    'secrets state push --force backup.state.json',
  ];
  static override readonly document = 'state';
  static override readonly finishesInFlight = true;
  static override readonly args = {
    state: Args.string({ ignoreStdin: true, required: true, description: 'The file that holds the state.' }),
  };
  static override readonly flags = {
    ...fileFlag,
    ...valueFlags,
    force: Flags.boolean({ summary: 'Replace a newer state, or one of another lineage.' }),
    ...lockFlags,
    ...outputFlags,
  };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(StatePushCommand);
    const options = { ...stateOptions(flags), force: flags.force };
    return renderChanges(await statePush(args.state, options, this.cli.context(flags), this.cli), this.cli);
  }
}
