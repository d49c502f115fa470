import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../../cli/flags.js';
import { StateCommand, sayWaiting } from '../../cli/state-command.js';
import { stateRemove } from '../../engine/index.js';

export default class StateRm extends StateCommand {
  static override summary = 'Take resources out of the state; the systems keep them.';
  static override description =
    'What lives in them (shares, user mappings) is forgotten too. What the configuration still names is refused by the next ' +
    'plan, since it exists and is not ours any more: take it out there as well, or list it under `removed:` instead of this. ' +
    'Exit code 0: done; 1: an error, nothing was changed.';
  static override examples = ['<%= config.bin %> state rm secret.helios.HANDED_OVER'];
  static override strict = false;
  static override usage =
    'state rm ADDRESS... [-f <path>...] [--lock-timeout <duration>] [--no-lock] [--json]';
  static override flags = { ...fileFlag, ...valueFlags, ...lockFlags, ...outputFlags };

  protected override async work(): Promise<number> {
    const { argv, flags } = await this.parse(StateRm);
    const addresses = argv.map(String);
    if (addresses.length === 0) {
      return this.refuse(
        [
          {
            severity: 'error',
            code: 'usage',
            summary: 'Which resource is to be forgotten?',
            next: 'Give its address: secrets state rm secret.helios.HF_TOKEN',
          },
        ],
        flags.json,
      );
    }
    const hooks = { onWait: sayWaiting(this.terminal) };
    return this.showChanges(
      await stateRemove(addresses, stateOptions(flags), this.context(flags), hooks),
      flags.json,
    );
  }
}
