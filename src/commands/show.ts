import { Args } from '@oclif/core';
import { SecretsCommand } from '../cli/command.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../cli/flags.js';
import { showPlan } from '../engine/index.js';
import type { Diagnostic } from '../model/index.js';
import { planDocument, planText } from '../report/index.js';

export default class Show extends SecretsCommand {
  static override summary = 'Show a saved plan.';
  static override description =
    'Prints what `plan --out` kept, once it is certain that nobody changed it since. Asks no system. ' +
    'Exit code 0: done; 1: it is no plan, or not as it was written.';
  static override examples = [
    '<%= config.bin %> show secrets.plan',
    "<%= config.bin %> show secrets.plan --json | jq '.plan.changes[].address'",
  ];
  static override args = {
    plan: Args.string({ ignoreStdin: true, required: true, description: 'The file of `plan --out`.' }),
  };
  static override flags = { ...fileFlag, ...valueFlags, ...outputFlags };

  protected override async work(): Promise<number> {
    const { args, flags } = await this.parse(Show);
    const { status, diagnostics, plan } = await showPlan(args.plan, flags.file, this.context(flags));
    this.report(diagnostics);
    if (flags.json) this.terminal.out(planDocument(status, diagnostics, plan));
    else if (plan !== undefined) this.terminal.out(planText(plan, this.terminal.outStyle));
    return exitCode(status);
  }

  protected override renderError(diagnostics: readonly Diagnostic[]): string | undefined {
    return this.argv.includes('--json') ? planDocument('error', diagnostics) : undefined;
  }
}
