import * as Args from '@oclif/core/args';
import { defineCommand } from '../../cli/definition.js';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../../cli/flags.js';
import { renderChanges } from '../../cli/state-changes.js';
import { stateRemove } from '../../engine/index.js';

export const stateRm = defineCommand({
  description:
    'What belongs to them (shares, user mappings) is forgotten too. A resource that the configuration still names is refused by ' +
    'the next plan, since it exists and the stack does not own it: remove it from the configuration as well, or list it under ' +
    '`removed:` instead.\nExit code 0: done; 1: error, and nothing was changed.',
  examples: ['state rm secret.helios.HANDED_OVER'],
  document: 'state',
  args: {
    address: Args.string({
      ignoreStdin: true,
      required: true,
      multiple: true,
      description: 'The addresses of the resources.',
    }),
  },
  flags: { ...fileFlag, ...valueFlags, ...lockFlags, ...outputFlags },
  work: async ({ args, flags }, run) =>
    renderChanges(await stateRemove(args.address, stateOptions(flags), run.context(flags), run), run),
});
