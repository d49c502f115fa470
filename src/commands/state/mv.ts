import { Args } from '@oclif/core';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../../cli/flags.js';
import { StateCommand, sayWaiting } from '../../cli/state-command.js';
import { stateMove } from '../../engine/index.js';

export default class StateMv extends StateCommand {
  static override summary = 'Give a resource another address in the state.';
  static override description =
    'What lives in it (shares, user mappings) moves along. The systems are not touched. `moved:` in the configuration does ' +
    'the same for everybody who applies it. Exit code 0: done; 1: an error, nothing was changed.';
  static override examples = ['<%= config.bin %> state mv secret.helios.OLD_NAME secret.helios.NEW_NAME'];
  static override args = {
    from: Args.string({ ignoreStdin: true, required: true, description: 'The address as it is.' }),
    to: Args.string({ ignoreStdin: true, required: true, description: 'The address as it shall be.' }),
  };
  static override flags = { ...fileFlag, ...valueFlags, ...lockFlags, ...outputFlags };

  protected override async work(): Promise<number> {
    const { args, flags } = await this.parse(StateMv);
    const hooks = { onWait: sayWaiting(this.terminal) };
    const result = await stateMove(args.from, args.to, stateOptions(flags), this.context(flags), hooks);
    return this.showChanges(result, flags.json);
  }
}
