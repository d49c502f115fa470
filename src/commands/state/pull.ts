import { fileFlag, outputFlags, valueFlags } from '../../cli/flags.js';
import { exitCode } from '../../cli/exit.js';
import { SecretsCommand } from '../../cli/command.js';
import { statePull } from '../../engine/index.js';

export default class StatePull extends SecretsCommand {
  static override summary = 'Print the whole state to stdout, as `state push` takes it.';
  static override description =
    'For a backup, or for a move to another backend. The state holds no value of a secret. Prints nothing where there is no ' +
    'state yet. Exit code 0: done; 1: an error.';
  static override examples = [
    '<%= config.bin %> state pull > backup.state.json',
    '<%= config.bin %> state pull -f old.yaml > moving.json && <%= config.bin %> state push moving.json -f new.yaml',
  ];
  static override flags = { ...fileFlag, ...valueFlags, 'no-color': outputFlags['no-color'] };

  protected override async work(): Promise<number> {
    const { flags } = await this.parse(StatePull);
    const { status, diagnostics, text } = await statePull(flags.file, this.context(flags));
    this.report(diagnostics);
    if (text !== undefined) this.terminal.out(text);
    return exitCode(status);
  }

  protected override renderError(): undefined {
    return undefined;
  }
}
