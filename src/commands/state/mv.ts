import * as Args from '@oclif/core/args';
import { defineCommand } from '../../cli/definition.js';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../../cli/flags.js';
import { renderChanges } from '../../cli/state-changes.js';
import { stateMove } from '../../engine/index.js';

export const stateMv = defineCommand({
  description:
    'What belongs to the resource (shares, user mappings) moves with it. The systems are not changed. `moved:` in the ' +
    'configuration does the same for everybody who applies it.\nExit code 0: done; 1: error, and nothing was changed.',
  examples: ['state mv secret.helios.OLD_NAME secret.helios.NEW_NAME'],
  document: 'state',
  args: {
    from: Args.string({ ignoreStdin: true, required: true, description: 'The present address.' }),
    to: Args.string({ ignoreStdin: true, required: true, description: 'The new address.' }),
  },
  flags: { ...fileFlag, ...valueFlags, ...lockFlags, ...outputFlags },
  work: async ({ args, flags }, run) =>
    renderChanges(await stateMove(args.from, args.to, stateOptions(flags), run.context(flags), run), run),
});
