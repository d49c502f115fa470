import { defineCommand } from '../cli/definition.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags } from '../cli/flags.js';
import { validate } from '../engine/index.js';

export const validateCommand = defineCommand({
  description:
    'Reads the files and checks them. No value is read and no system is asked, so it runs anywhere: in an editor, or in a pull ' +
    'request without credentials.\nExit code 0: valid; 1: invalid.',
  examples: ['validate', 'validate -f config/ -f extra.yaml', "validate -f 'teams/**/*.yaml' --json"],
  document: 'validate',
  flags: { ...fileFlag, ...outputFlags },
  work: async ({ flags }, run) => {
    const { status, diagnostics, files, resources } = await validate(flags.file, run.context(flags));
    run.render({ kind: 'validate', status, diagnostics, files, resources });
    return exitCode(status);
  },
});
