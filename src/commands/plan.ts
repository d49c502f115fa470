import * as Flags from '@oclif/core/flags';
import { EngineCommand } from '../cli/engine-command.js';
import { exitCode } from '../cli/exit.js';
import type { Found } from '../cli/exit.js';
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
import { counted, defined } from '../model/index.js';
import type { Plan } from '../model/index.js';
import { printable } from '../report/index.js';

export class PlanCommand extends EngineCommand {
  static override readonly description =
    'Compares the configuration with what the systems hold, and with what was last applied. Changes nothing.\n' +
    'Exit code 0: done; 1: error, or a refused plan; 2: with --detailed-exitcode, there are changes; 3: a system could not be ' +
    'reached, and the rest is planned; with --detailed-exitcode also where something could not be checked, which wins over 2.';
  static override readonly examples = [
    'secrets plan',
    'secrets plan -f config/ --detailed-exitcode',
    'secrets plan --out secrets.plan',
    "secrets plan --target 'secret.helios.AWS_*'",
    "secrets plan --json | jq '.plan.summary'",
  ];
  static override readonly document = 'plan';
  static override readonly flags = {
    ...fileFlag,
    ...valueFlags,
    ...scopeFlags,
    ...deleteFlags,
    ...rotateFlags,
    out: Flags.string({
      summary: 'Save the plan to a file: `secrets apply FILE` makes exactly these changes, or refuses.',
      helpValue: '<file>',
    }),
    'detailed-exitcode': Flags.boolean({
      summary: 'Exit with 2 if there are changes, with 3 if something could not be checked.',
    }),
    ...outputFlags,
  };

  override async run(): Promise<number> {
    const { flags } = await this.parse(PlanCommand);
    const [options, context] = [runOptions(flags), this.cli.context(flags)];
    const result: PlanResult & Partial<SavedPlanResult> =
      flags.out === undefined ? await plan(options, context) : await planTo(flags.out, options, context);
    const { status, diagnostics } = result;
    this.cli.render({ kind: 'plan', status, diagnostics, ...defined({ plan: result.plan }) });
    if (flags.out !== undefined && result.plan !== undefined) {
      this.cli.terminal.err(savedText(flags.out, result.saved === true));
    }
    return exitCode(status, flags['detailed-exitcode'] ? foundIn(result.plan) : {});
  }
}

/** What `--detailed-exitcode` tells. */
function foundIn(plan: Plan | undefined): Found {
  if (plan === undefined) return {};
  return {
    differs: plan.changes.length > 0 || plan.undecided.length > 0,
    unchecked: counted(plan.unverified).length > 0,
  };
}

function savedText(file: string, isSaved: boolean): string {
  return isSaved
    ? `Saved the plan to ${printable(file)}. To make exactly these changes, run: secrets apply ${printable(file)}\n`
    : 'The plan was not saved: it has errors, or a system could not be reached, so it could not be applied.\n';
}
