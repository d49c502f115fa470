import { defineCommand } from '../cli/definition.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../cli/flags.js';
import { DEFAULT_OPTIONS, pull } from '../engine/index.js';
import { maskResources } from '../report/index.js';

export const pullCommand = defineCommand({
  description:
    'For a first configuration: write the providers, pull, review the result, and add it to the configuration. Reads no value ' +
    'and changes nothing.\nExit code 0: done; 1: error; 3: a system could not be reached, and the others are printed.',
  examples: ['pull > found.yaml'],
  document: 'pull',
  flags: { ...fileFlag, ...valueFlags, ...outputFlags },
  work: async ({ flags }, run) => {
    const options = { ...DEFAULT_OPTIONS, files: flags.file };
    const { status, diagnostics, resources, kinds, yaml: kindYaml } = await pull(options, run.context(flags));
    const { pullText } = await import('../report/pull-text.js');
    const yaml = pullText(maskResources(resources, run.mask), kinds, kindYaml);
    run.render({ kind: 'pull', status, diagnostics, resources, yaml });
    return exitCode(status);
  },
});
