import { SecretsCommand } from '../cli/command.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags } from '../cli/flags.js';
import { graph } from '../engine/index.js';
import { graphText } from '../report/index.js';

export default class Graph extends SecretsCommand {
  static override summary = 'Print what comes after what, for Graphviz.';
  static override description =
    'An arrow points at what comes first: the server of a mapping, the secret that a value comes from. Reads no value and asks ' +
    'no system. Exit code 0: done; 1: the configuration is not sound.';
  static override examples = [
    '<%= config.bin %> graph | dot -Tsvg > secrets.svg',
    "<%= config.bin %> graph -f 'teams/**/*.yaml'",
  ];
  static override flags = { ...fileFlag, 'no-color': outputFlags['no-color'] };

  protected override async work(): Promise<number> {
    const { flags } = await this.parse(Graph);
    const { status, diagnostics, nodes, edges } = await graph(flags.file, this.context(flags));
    this.report(diagnostics);
    if (status === 'ok') this.terminal.out(graphText(nodes, edges));
    return exitCode(status);
  }

  protected override renderError(): undefined {
    return undefined;
  }
}
