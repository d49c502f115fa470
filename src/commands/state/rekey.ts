import * as Flags from '@oclif/core/flags';
import { EngineCommand } from '../../cli/engine-command.js';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../../cli/flags.js';
import { renderChanges } from '../../cli/state-changes.js';
import { DEFAULT_OPTIONS, stateRekey } from '../../engine/index.js';

export class StateRekeyCommand extends EngineCommand {
  static override readonly description =
    'The new key is the one that every command uses from now on: SECRETS_KEY, or the key file beside a local state, which is made where ' +
    'there is none. The old one is SECRETS_OLD_KEY, or in a file. Fingerprints of values that the systems show are made again; the other ' +
    'values cannot be verified until they are written next, and are named. Saved plans are sealed with the old key: make new ones.\n' +
    'Exit code 0: done, or nothing to do; 1: error.';
  static override readonly examples = [
    'secrets state rekey',
    'secrets state rekey --old-key-file old.key',
    'secrets state rekey --old-key-lost',
  ];
  static override readonly document = 'state';
  static override readonly finishesInFlight = true;
  static override readonly flags = {
    'old-key-file': Flags.string({
      helpValue: '<file>',
      summary: 'The file with the key that the state has now. SECRETS_OLD_KEY wins.',
      exclusive: ['old-key-lost'],
    }),
    'old-key-lost': Flags.boolean({
      summary: 'Nobody has the old key any more: no value can be verified until it is written next.',
    }),
    ...fileFlag,
    ...valueFlags,
    ...lockFlags,
    ...outputFlags,
  };

  override async run(): Promise<number> {
    const { flags } = await this.parse(StateRekeyCommand);
    const old = { file: flags['old-key-file'], isLost: flags['old-key-lost'] };
    const options = { ...DEFAULT_OPTIONS, ...stateOptions(flags) };
    const result = await stateRekey(old, options, this.cli.context(flags), { onWait: this.cli.onWait });
    return renderChanges(result, this.cli);
  }
}
