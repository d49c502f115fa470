import * as Args from '@oclif/core/args';
import { defineCommand } from '../cli/definition.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../cli/flags.js';
import { showPlan } from '../engine/index.js';
import { defined } from '../model/index.js';

export const show = defineCommand({
  description:
    'Prints a file that `plan --out` wrote, after checking that nobody changed it. Asks no system.\n' +
    'Exit code 0: done; 1: not a saved plan, or not as it was written.',
  examples: ['show secrets.plan', "show secrets.plan --json | jq '.plan.changes[].address'"],
  document: 'plan',
  args: {
    plan: Args.string({ ignoreStdin: true, required: true, description: 'A file that `plan --out` wrote.' }),
  },
  flags: { ...fileFlag, ...valueFlags, ...outputFlags },
  work: async ({ args, flags }, run) => {
    const { status, diagnostics, plan } = await showPlan(args.plan, flags.file, run.context(flags));
    run.render({ kind: 'plan', status, diagnostics, ...defined({ plan }) });
    return exitCode(status);
  },
});
