import { defineCommand } from '../cli/definition.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags } from '../cli/flags.js';
import { graph } from '../engine/index.js';

export const graphCommand = defineCommand({
  description:
    'An arrow points to what comes first: the server of a mapping, the secret that a value comes from. Reads no value and asks ' +
    'no system.\nExit code 0: done; 1: invalid configuration.',
  examples: ['graph | dot -Tsvg > secrets.svg', "graph -f 'teams/**/*.yaml'"],
  document: 'graph',
  flags: { ...fileFlag, ...outputFlags },
  work: async ({ flags }, run) => {
    const { status, diagnostics, nodes, edges } = await graph(flags.file, run.context(flags));
    run.render({ kind: 'graph', status, diagnostics, nodes, edges });
    return exitCode(status);
  },
});
