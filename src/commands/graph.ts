import { EngineCommand } from '../cli/engine-command.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags } from '../cli/flags.js';
import { graph } from '../engine/index.js';

export class GraphCommand extends EngineCommand {
  static override readonly description =
    'An arrow points to what comes first: the server of a mapping, the secret that a value comes from. Reads no value and asks ' +
    'no system.\nExit code 0: done; 1: invalid configuration.';
  static override readonly examples = [
    'secrets graph | dot -Tsvg > secrets.svg',
    "secrets graph -f 'teams/**/*.yaml'",
  ];
  static override readonly document = 'graph';
  static override readonly flags = { ...fileFlag, ...outputFlags };

  override async run(): Promise<number> {
    const { flags } = await this.parse(GraphCommand);
    const { status, diagnostics, nodes, edges } = await graph(flags.file, this.cli.context(flags));
    this.cli.render({ kind: 'graph', status, diagnostics, nodes, edges });
    return exitCode(status);
  }
}
