import { Args } from '@oclif/core';
import { SecretsCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../cli/flags.js';
import { getValues } from '../engine/index.js';

export default class Get extends SecretsCommand {
  static override summary = 'Print one value to stdout, exactly as it is.';
  static override description =
    'Reads the value from where the configuration takes it, and asks no system. A newline follows on a terminal only. This is ' +
    'the one command that shows a value. Exit code 0: done; 1: an error, and nothing is printed.';
  static override examples = [
    '<%= config.bin %> get secret.helios.HF_TOKEN',
    "<%= config.bin %> get 'user_mapping.warehouse.lake/analyst#secret' | pbcopy",
  ];
  static override args = {
    address: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'An address; ADDRESS#field where it has several values; the name of a secret.',
    }),
  };
  static override flags = { ...fileFlag, ...valueFlags, 'no-color': outputFlags['no-color'] };

  protected override async work(): Promise<number> {
    const { args, flags } = await this.parse(Get);
    const { diagnostics, values } = await getValues([args.address], flags.file, this.context(flags));
    this.report(diagnostics);
    this.terminal.raw(`${values[0] ?? ''}${this.terminal.isOutTerminal ? '\n' : ''}`);
    return EXIT.ok;
  }

  protected override renderError(): undefined {
    return undefined;
  }
}
