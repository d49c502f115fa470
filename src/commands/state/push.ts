import { Args, Flags } from '@oclif/core';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../../cli/flags.js';
import { StateCommand, sayWaiting } from '../../cli/state-command.js';
import { statePush } from '../../engine/index.js';

export default class StatePush extends StateCommand {
  static override summary =
    'Put a state into the backend: one that could not be saved, or one of another backend.';
  static override description =
    'Refuses a state of another stack or another lineage, and one that is older than what is stored. ' +
    'Exit code 0: done; 1: an error, nothing was changed.';
  static override examples = [
    '<%= config.bin %> state push analytics-prod.rescued-12-m8x1.state.json',
    '<%= config.bin %> state push --force backup.state.json',
  ];
  static override args = {
    state: Args.string({ ignoreStdin: true, required: true, description: 'The file that holds the state.' }),
  };
  static override flags = {
    ...fileFlag,
    ...valueFlags,
    force: Flags.boolean({ summary: 'Even over a later state, or one of another lineage.' }),
    ...lockFlags,
    ...outputFlags,
  };

  protected override async work(): Promise<number> {
    const { args, flags } = await this.parse(StatePush);
    const options = { ...stateOptions(flags), force: flags.force };
    const hooks = { onWait: sayWaiting(this.terminal) };
    return this.showChanges(await statePush(args.state, options, this.context(flags), hooks), flags.json);
  }
}
