import { SecretsCommand } from '../cli/command.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags } from '../cli/flags.js';
import { validate } from '../engine/index.js';
import type { Diagnostic } from '../model/index.js';
import { count, validateDocument } from '../report/index.js';

export default class Validate extends SecretsCommand {
  static override summary = 'Check the configuration: every problem of every file, with its place.';
  static override description =
    'Reads the files and checks them. No value is read and no system is asked, so it runs anywhere: in an editor, ' +
    'in a pull request, without credentials. Exit code 0: sound; 1: something is wrong.';
  static override examples = [
    '<%= config.bin %> validate',
    '<%= config.bin %> validate -f config/ -f extra.yaml',
    "<%= config.bin %> validate -f 'teams/**/*.yaml' --json",
  ];
  static override flags = { ...fileFlag, ...outputFlags };

  protected override async work(): Promise<number> {
    const { flags } = await this.parse(Validate);
    const result = await validate(flags.file, this.context(flags));
    this.report(result.diagnostics);
    if (flags.json) this.terminal.out(validateDocument(result.status, result.diagnostics, result));
    else if (result.status === 'ok') {
      const { bold, green } = this.terminal.outStyle;
      const sums = `${count(result.files, 'file')}, ${count(result.resources, 'resource')}`;
      this.terminal.out(`${green(bold('Success!'))} The configuration is valid: ${sums}.\n`);
    }
    return exitCode(result.status);
  }

  protected override renderError(diagnostics: readonly Diagnostic[]): string | undefined {
    if (!this.argv.includes('--json')) return undefined;
    return validateDocument('error', diagnostics, { files: 0, resources: 0 });
  }
}
