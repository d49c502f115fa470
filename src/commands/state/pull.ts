import { EngineCommand } from '../../cli/engine-command.js';
import { exitCode } from '../../cli/exit.js';
import { colorFlags, fileFlag, valueFlags } from '../../cli/flags.js';
import { statePull } from '../../engine/index.js';
import { printableJson } from '../../report/index.js';

export class StatePullCommand extends EngineCommand {
  static override readonly description =
    'For a backup, or to move to another backend: `state push` takes it. The state holds no value of a secret, and is printed as ' +
    'it is, without masking. Prints nothing if there is no state yet.\nExit code 0: done; 1: error.';
  static override readonly examples = [
    'secrets state pull > backup.state.json',
    'secrets state pull -f old.yaml > moving.json && secrets state push moving.json -f new.yaml',
  ];
  static override readonly document = 'error';
  static override readonly flags = { ...fileFlag, ...valueFlags, ...colorFlags };

  override async run(): Promise<number> {
    const { flags } = await this.parse(StatePullCommand);
    const { status, diagnostics, text = '' } = await statePull(flags.file, this.cli.context(flags));
    this.cli.report(diagnostics);
    this.cli.terminal.out(printableJson(text));
    return exitCode(status);
  }
}
