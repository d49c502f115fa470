import { EngineCommand } from '../cli/engine-command.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../cli/flags.js';
import { DEFAULT_OPTIONS, pull } from '../engine/index.js';

export class PullCommand extends EngineCommand {
  static override readonly description =
    'For a first configuration: write the providers, pull, review the result, and add it to the configuration. Reads no value ' +
    'and changes nothing.\nExit code 0: done; 1: error; 3: a system could not be reached, and the others are printed.';
  static override readonly examples = ['secrets pull > found.yaml'];
  static override readonly document = 'pull';
  static override readonly flags = { ...fileFlag, ...valueFlags, ...outputFlags };

  override async run(): Promise<number> {
    const { flags } = await this.parse(PullCommand);
    const options = { ...DEFAULT_OPTIONS, files: flags.file };
    const {
      status,
      diagnostics,
      resources,
      unmanaged,
      kinds,
      yaml: kindYaml,
    } = await pull(options, this.cli.context(flags));
    const { pullText } = await import('../report/pull-text.js');
    const yaml = pullText(resources, kinds, kindYaml, unmanaged);
    this.cli.render({ kind: 'pull', status, diagnostics, resources, yaml });
    return exitCode(status);
  }
}
