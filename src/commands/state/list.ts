import * as Args from '@oclif/core/args';
import { defineCommand } from '../../cli/definition.js';
import { exitCode } from '../../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../../cli/flags.js';
import { stateRead } from '../../engine/index.js';
import { wildcard } from '../../model/index.js';

export const stateList = defineCommand({
  description:
    'Prints one address per line. Reads the state and asks no system. `*` in the pattern matches any characters.\n' +
    'Exit code 0: done; 1: error.',
  examples: ['state list', "state list 'secret.helios.AWS_*'", 'state list --json'],
  document: 'state',
  args: {
    pattern: Args.string({ ignoreStdin: true, description: 'Only addresses that match.', default: '*' }),
  },
  flags: { ...fileFlag, ...valueFlags, ...outputFlags },
  work: async ({ args, flags }, run) => {
    const { status, diagnostics, state } = await stateRead(flags.file, run.context(flags));
    const matches = wildcard(args.pattern);
    const records = (state?.records ?? []).filter((record) => matches(record.address));
    const { serial = 0, lineage = '' } = state ?? {};
    run.render({ kind: 'state', view: 'addresses', status, diagnostics, serial, lineage, records });
    return exitCode(status);
  },
});
