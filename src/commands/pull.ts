import { SecretsCommand } from '../cli/command.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../cli/flags.js';
import { DEFAULT_OPTIONS, pull } from '../engine/index.js';

export default class Pull extends SecretsCommand {
  static override summary = 'Print what the systems have and the configuration does not name, as YAML.';
  static override description =
    'For a first configuration: write the providers, pull, look it through, and put it beside them. Reads no value, and changes ' +
    'nothing. Exit code 0: done; 1: an error; 3: a system could not be reached, and the others are printed.';
  static override examples = ['<%= config.bin %> pull > found.yaml'];
  static override flags = { ...fileFlag, ...valueFlags, 'no-color': outputFlags['no-color'] };

  protected override async work(): Promise<number> {
    const { flags } = await this.parse(Pull);
    const options = { ...DEFAULT_OPTIONS, files: flags.file };
    const { status, diagnostics, resources, kinds, yaml } = await pull(options, this.context(flags));
    this.report(diagnostics);
    const { pullText } = await import('../report/pull-text.js');
    this.terminal.out(pullText(resources, kinds, yaml));
    return exitCode(status);
  }

  protected override renderError(): undefined {
    return undefined;
  }
}
