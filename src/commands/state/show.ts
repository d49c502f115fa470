import * as Args from '@oclif/core/args';
import { defineCommand } from '../../cli/definition.js';
import { exitCode } from '../../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../../cli/flags.js';
import { stateRecord } from '../../engine/index.js';

export const stateShow = defineCommand({
  description:
    'Prints what was last applied: the id, the fields that are not sensitive, and which others there are. The state holds no ' +
    'value.\nExit code 0: done; 1: error.',
  examples: ['state show secret.helios.HF_TOKEN'],
  document: 'state',
  args: {
    address: Args.string({ ignoreStdin: true, required: true, description: 'The address of the resource.' }),
  },
  flags: { ...fileFlag, ...valueFlags, ...outputFlags },
  work: async ({ args, flags }, run) => {
    const { status, diagnostics, state, record } = await stateRecord(
      args.address,
      flags.file,
      run.context(flags),
    );
    const { serial = 0, lineage = '' } = state ?? {};
    const records = record === undefined ? [] : [record];
    run.render({ kind: 'state', view: 'records', status, diagnostics, serial, lineage, records });
    return exitCode(status);
  },
});
