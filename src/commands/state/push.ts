import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { defineCommand } from '../../cli/definition.js';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../../cli/flags.js';
import { renderChanges } from '../../cli/state-changes.js';
import { statePush } from '../../engine/index.js';

export const statePushCommand = defineCommand({
  description:
    'For a state that could not be saved, or that comes from another backend. Refuses a state of another stack or lineage, and ' +
    'one that is older than the stored one.\nExit code 0: done; 1: error, and nothing was changed.',
  examples: ['state push analytics-prod.rescued-12-m8x1.state.json', 'state push --force backup.state.json'],
  document: 'state',
  args: {
    state: Args.string({ ignoreStdin: true, required: true, description: 'The file that holds the state.' }),
  },
  flags: {
    ...fileFlag,
    ...valueFlags,
    force: Flags.boolean({ summary: 'Replace a newer state, or one of another lineage.' }),
    ...lockFlags,
    ...outputFlags,
  },
  work: async ({ args, flags }, run) => {
    const options = { ...stateOptions(flags), force: flags.force };
    return renderChanges(await statePush(args.state, options, run.context(flags), run), run);
  },
});
