import * as Args from '@oclif/core/args';
import { EngineCommand } from '../cli/engine-command.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags, savedPlanFlags, valueFlags } from '../cli/flags.js';
import { showPlan } from '../engine/index.js';
import { defined } from '../model/index.js';

export class ShowCommand extends EngineCommand {
  static override readonly description =
    'Prints a file that `plan --out` wrote, after checking its seal. Asks no system. The key is SECRETS_KEY, or the key file of ' +
    'the configuration that -f or the default names, never of one that the plan names. A plan without a seal is refused unless ' +
    '--allow-unsealed is given.\n' +
    'Exit code 0: done; 1: not a saved plan, or not as it was written.';
  static override readonly examples = [
    'secrets show secrets.plan',
    "secrets show secrets.plan --json | jq '.plan.changes[].address'",
  ];
  static override readonly document = 'plan';
  static override readonly args = {
    plan: Args.string({ ignoreStdin: true, required: true, description: 'A file that `plan --out` wrote.' }),
  };
  static override readonly flags = { ...fileFlag, ...valueFlags, ...savedPlanFlags, ...outputFlags };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(ShowCommand);
    const { status, diagnostics, plan } = await showPlan(
      args.plan,
      { files: flags.file, ...defined({ allowUnsealed: flags['allow-unsealed'] }) },
      this.cli.context(flags),
    );
    this.cli.render({ kind: 'plan', status, diagnostics, ...defined({ plan }) });
    return exitCode(status);
  }
}
