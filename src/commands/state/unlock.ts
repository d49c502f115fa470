import * as Args from '@oclif/core/args';
import { EngineCommand } from '../../cli/engine-command.js';
import { fileFlag, outputFlags, valueFlags } from '../../cli/flags.js';
import { renderChanges } from '../../cli/state-changes.js';
import { stateUnlock } from '../../engine/index.js';

export class StateUnlockCommand extends EngineCommand {
  static override readonly description =
    'A lock is a lease: that of a run that died expires by itself. This is for a backend without leases, or to avoid the wait. ' +
    'If the run is still alive, it can no longer save anything.\nExit code 0: done; 1: there is no such lock.';
  static override readonly examples = ['secrets state unlock 5f2b1c1e-0c5e-4a3e-9a55-b6f3a8a0f1d2'];
  static override readonly document = 'state';
  static override readonly args = {
    id: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'The id of the lock, as its message shows it.',
    }),
  };
  static override readonly flags = { ...fileFlag, ...valueFlags, ...outputFlags };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(StateUnlockCommand);
    return renderChanges(await stateUnlock(args.id, flags.file, this.cli.context(flags)), this.cli);
  }
}
