import { Args } from '@oclif/core';
import { fileFlag, outputFlags, valueFlags } from '../../cli/flags.js';
import { StateCommand } from '../../cli/state-command.js';
import { stateUnlock } from '../../engine/index.js';

export default class StateUnlock extends StateCommand {
  static override summary = 'Break a lock that a run left behind.';
  static override description =
    'A lock is a lease: that of a run that died goes by itself. This is for a backend that has no leases, and for the impatient. ' +
    'A run that lives all the same can save nothing any more. Exit code 0: done; 1: there is no such lock.';
  static override examples = ['<%= config.bin %> state unlock 5f2b1c1e-0c5e-4a3e-9a55-b6f3a8a0f1d2'];
  static override args = {
    id: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'The ID of the lock, as the message about it says.',
    }),
  };
  static override flags = { ...fileFlag, ...valueFlags, ...outputFlags };

  protected override async work(): Promise<number> {
    const { args, flags } = await this.parse(StateUnlock);
    return this.showChanges(await stateUnlock(args.id, flags.file, this.context(flags)), flags.json);
  }
}
