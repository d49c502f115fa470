import * as Flags from '@oclif/core/flags';
import { EngineCommand } from '../cli/engine-command.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags } from '../cli/flags.js';
import { validate } from '../engine/index.js';

export class ValidateCommand extends EngineCommand {
  static override readonly description =
    'Reads the files and checks them. No value is read and no system is asked, so it runs anywhere: in an editor, or in a pull ' +
    'request without credentials.\nExit code 0: valid; 1: invalid.';
  static override readonly examples = [
    'secrets validate',
    'secrets validate --strict',
    'secrets validate -f config/ -f extra.yaml',
    "secrets validate -f 'teams/**/*.yaml' --json",
  ];
  static override readonly document = 'validate';
  static override readonly flags = {
    ...fileFlag,
    strict: Flags.boolean({
      summary: 'Warnings are errors: unknown types and options, text that looks generated, and the like.',
    }),
    ...outputFlags,
  };

  override async run(): Promise<number> {
    const { flags } = await this.parse(ValidateCommand);
    const { status, diagnostics, files, resources } = await validate(flags.file, this.cli.context(flags), {
      strict: flags.strict,
    });
    this.cli.render({ kind: 'validate', status, diagnostics, files, resources });
    return exitCode(status);
  }
}
