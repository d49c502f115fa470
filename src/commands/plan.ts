import { Flags } from '@oclif/core';
import { SecretsCommand } from '../cli/command.js';
import { exitCode } from '../cli/exit.js';
import {
  deleteFlags,
  fileFlag,
  outputFlags,
  rotateFlags,
  runOptions,
  scopeFlags,
  valueFlags,
} from '../cli/flags.js';
import { plan, planTo } from '../engine/index.js';
import type { PlanResult, SavedPlanResult } from '../engine/index.js';
import type { Diagnostic } from '../model/index.js';
import { planDocument, planText, printable } from '../report/index.js';

export default class Plan extends SecretsCommand {
  static override summary = 'Show what would be done to make the systems match the configuration.';
  static override description =
    'Compares the configuration with what the systems really hold, and with what was last applied. Changes nothing. ' +
    'Exit code 0: done; 1: an error, or a plan that is refused; 2: with --detailed-exitcode, there are changes; ' +
    '3: a system could not be reached, and the rest is planned.';
  static override examples = [
    '<%= config.bin %> plan',
    '<%= config.bin %> plan -f config/ --detailed-exitcode',
    '<%= config.bin %> plan --out secrets.plan',
    "<%= config.bin %> plan --target 'secret.helios.AWS_*'",
    "<%= config.bin %> plan --json | jq '.plan.summary'",
  ];
  static override flags = {
    ...fileFlag,
    ...valueFlags,
    ...scopeFlags,
    ...deleteFlags,
    ...rotateFlags,
    out: Flags.string({
      summary: 'Keep the plan in this file: `apply FILE` carries out just that, or refuses.',
      helpValue: '<file>',
    }),
    'detailed-exitcode': Flags.boolean({ summary: 'Exit with 2 when there are changes.' }),
    ...outputFlags,
  };

  protected override async work(): Promise<number> {
    const { flags } = await this.parse(Plan);
    const options = runOptions(flags);
    const result =
      flags.out === undefined
        ? await plan(options, this.context(flags))
        : await planTo(flags.out, options, this.context(flags));
    this.report(result.diagnostics);
    if (flags.json) this.terminal.out(planDocument(result.status, result.diagnostics, result.plan));
    else if (result.plan !== undefined) this.terminal.out(planText(result.plan, this.terminal.outStyle));
    if (flags.out !== undefined && result.plan !== undefined) this.#sayWhere(flags.out, result);
    const hasChanges = (result.plan?.changes.length ?? 0) > 0;
    return exitCode(result.status, flags['detailed-exitcode'] && hasChanges);
  }

  #sayWhere(file: string, result: PlanResult & Partial<SavedPlanResult>): void {
    this.terminal.err(
      result.saved === true
        ? `Saved the plan to ${printable(file)}. To carry out just that: secrets apply ${printable(file)}\n`
        : `The plan was not saved: only one that is sound, and that saw every system, can be applied.\n`,
    );
  }

  protected override renderError(diagnostics: readonly Diagnostic[]): string | undefined {
    return this.argv.includes('--json') ? planDocument('error', diagnostics) : undefined;
  }
}
