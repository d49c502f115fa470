import * as Args from '@oclif/core/args';
import { defineCommand } from '../cli/definition.js';
import { EXIT } from '../cli/exit.js';
import { colorFlags, fileFlag, valueFlags } from '../cli/flags.js';
import { getValues } from '../engine/index.js';

export const get = defineCommand({
  description:
    'Reads the value from where the configuration takes it, and asks no system. The value is printed exactly as it is; on a ' +
    'terminal, a newline follows. This is the only command that prints a value.\n' +
    'Exit code 0: done; 1: error, and nothing is printed.',
  examples: ['get secret.helios.HF_TOKEN', "get 'user_mapping.warehouse.lake/analyst#secret' | pbcopy"],
  document: 'error',
  args: {
    address: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'An address, or the name of a secret; ADDRESS#field if the resource has several values.',
    }),
  },
  flags: { ...fileFlag, ...valueFlags, ...colorFlags },
  work: async ({ args, flags }, run) => {
    const { diagnostics, values } = await getValues([args.address], flags.file, run.context(flags));
    run.report(diagnostics);
    run.terminal.out(`${values[0] ?? ''}${run.terminal.isOutTerminal ? '\n' : ''}`);
    return EXIT.ok;
  },
});
