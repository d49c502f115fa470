import * as Args from '@oclif/core/args';
import { defineCommand } from '../cli/definition.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags, savedPlanFlags, valueFlags } from '../cli/flags.js';
import { showPlan } from '../engine/index.js';
import { defined } from '../model/index.js';

export const show = defineCommand({
  description:
    'Prints a file that `plan --out` wrote, after checking its seal. Asks no system. The key is SECRETS_KEY, or the key file of ' +
    'the configuration that -f or the default names, never of one that the plan names. A plan without a seal is refused unless ' +
    '--allow-unsealed is given.\n' +
    'Exit code 0: done; 1: not a saved plan, or not as it was written.',
  examples: ['show secrets.plan', "show secrets.plan --json | jq '.plan.changes[].address'"],
  document: 'plan',
  args: {
    plan: Args.string({ ignoreStdin: true, required: true, description: 'A file that `plan --out` wrote.' }),
  },
  flags: { ...fileFlag, ...valueFlags, ...savedPlanFlags, ...outputFlags },
  work: async ({ args, flags }, run) => {
    const { status, diagnostics, plan } = await showPlan(
      args.plan,
      { files: flags.file, ...defined({ allowUnsealed: flags['allow-unsealed'] }) },
      run.context(flags),
    );
    run.render({ kind: 'plan', status, diagnostics, ...defined({ plan }) });
    return exitCode(status);
  },
});
