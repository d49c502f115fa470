import * as Args from '@oclif/core/args';
import { defineCommand } from '../cli/definition.js';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../cli/flags.js';
import { renderChanges } from '../cli/state-changes.js';
import { DEFAULT_OPTIONS, importResource } from '../engine/index.js';

export const importCommand = defineCommand({
  description:
    'The configuration must name the object. The system is not changed and no value is read; where the object differs from the ' +
    'configuration, the next plan shows it. `lifecycle: { adopt: true }` does the same during an apply.\n' +
    'Exit code 0: done; 1: error, and nothing was changed.',
  examples: [
    'import secret.helios.HF_TOKEN',
    'import secret.helios.HF_TOKEN 3fa85f64-5717-4562-b3fc-2c963f66afa6',
    'import duckdb_server.warehouse.lake',
  ],
  document: 'state',
  args: {
    address: Args.string({ ignoreStdin: true, required: true, description: 'The address of the resource.' }),
    id: Args.string({
      ignoreStdin: true,
      description: 'The id of the object in its system. Another object is refused.',
    }),
  },
  flags: { ...fileFlag, ...valueFlags, ...lockFlags, ...outputFlags },
  work: async ({ args, flags }, run) => {
    const options = { ...DEFAULT_OPTIONS, ...stateOptions(flags) };
    return renderChanges(await importResource(args.address, args.id, options, run.context(flags), run), run);
  },
});
