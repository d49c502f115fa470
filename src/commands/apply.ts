import { Args, Flags } from '@oclif/core';
import { askApproval, canAsk } from '../cli/approval.js';
import { SecretsCommand } from '../cli/command.js';
import { EXIT, exitCode } from '../cli/exit.js';
import { sayWaiting } from '../cli/state-command.js';
import {
  deleteFlags,
  fileFlag,
  lockFlags,
  outputFlags,
  rotateFlags,
  runOptions,
  scopeFlags,
  serverLogFlags,
  valueFlags,
} from '../cli/flags.js';
import { apply, applyPlan } from '../engine/index.js';
import type { ApplyResult } from '../engine/index.js';
import { DiagnosticError, defined } from '../model/index.js';
import type { Change, Diagnostic, Outcome, Plan } from '../model/index.js';
import { applyEventLine, applySummaryText, diagnosticsText, outcomeText, planText } from '../report/index.js';

export default class Apply extends SecretsCommand {
  static override summary = 'Make the systems match the configuration, after approval.';
  static override description =
    'Plans, shows the plan, asks, and carries it out in order: what is needed first comes first, grants before revokes. ' +
    'Each object is checked again right before it is written. With --json, one event per line. ' +
    'Exit code 0: done; 1: an error, a refused plan, no approval, or a change that failed; 3: a system could not be ' +
    'reached, and nothing was changed.';
  static override examples = [
    '<%= config.bin %> apply',
    '<%= config.bin %> apply --auto-approve --lock-timeout 5m',
    "<%= config.bin %> apply --exclude '*.warehouse.*'",
    '<%= config.bin %> apply --auto-approve --json',
    '<%= config.bin %> apply secrets.plan',
  ];
  static override args = {
    plan: Args.string({
      ignoreStdin: true,
      description:
        'A file of `plan --out`: what it says is done without asking, if nothing has changed since.',
    }),
  };
  static override flags = {
    ...fileFlag,
    ...valueFlags,
    ...scopeFlags,
    ...deleteFlags,
    ...rotateFlags,
    ...serverLogFlags,
    'auto-approve': Flags.boolean({ summary: 'Do not ask: the plan is approved as it comes.' }),
    'no-input': Flags.boolean({ summary: 'Never ask anything (as CI does).' }),
    ...lockFlags,
    ...outputFlags,
  };

  protected override readonly finishesInFlight = true;

  protected override async work(): Promise<number> {
    const { args, flags } = await this.parse(Apply);
    const { terminal } = this;
    const isAsking = !flags['auto-approve'] && args.plan === undefined;
    const decided = args.plan === undefined ? undefined : decidedByPlan(flags);
    if (decided !== undefined) throw new DiagnosticError([decided]);
    if (isAsking && (flags.json || !canAsk(terminal, flags['no-input']))) {
      this.report([NOBODY_TO_ASK]);
      if (flags.json) terminal.out(this.renderError([NOBODY_TO_ASK]) ?? '');
      return EXIT.error;
    }
    const changes = new Map<string, Change>();
    const show = (plan: Plan): void => {
      for (const change of plan.changes) changes.set(change.address, change);
      this.report(plan.diagnostics);
      terminal.out(flags.json ? applyEventLine({ event: 'plan', plan }) : planText(plan, terminal.outStyle));
    };
    const context = this.context(flags);
    const hooks = {
      onOutcome: (outcome: Outcome) => {
        const change = changes.get(outcome.address);
        if (change !== undefined) this.#showOutcome(change, outcome, flags.json);
      },
      onWait: sayWaiting(terminal),
    };
    const options = runOptions(flags);
    const result =
      args.plan === undefined
        ? await apply(options, context, {
            ...hooks,
            approve: async (plan) => {
              show(plan);
              return isAsking ? askApproval(terminal.err, context.signal) : true;
            },
          })
        : await applyPlan(args.plan, options, context, { ...hooks, onPlan: show });
    const shown = new Set(result.plan?.diagnostics);
    if (changes.size === 0 && result.plan !== undefined) show(result.plan);
    this.report(result.diagnostics.filter((diagnostic) => !shown.has(diagnostic)));
    return this.#end(result, flags.json);
  }

  protected override renderError(diagnostics: readonly Diagnostic[]): string | undefined {
    return this.argv.includes('--json')
      ? applyEventLine({ event: 'end', status: 'error', diagnostics })
      : undefined;
  }

  #showOutcome(change: Change, outcome: Outcome, json: boolean): void {
    const { terminal } = this;
    if (json) terminal.out(applyEventLine({ event: 'outcome', action: change.action, outcome }));
    else if (outcome.status === 'done') terminal.out(`${outcomeText(change, outcome, terminal.outStyle)}\n`);
    else terminal.err(`${outcomeText(change, outcome, terminal.errStyle)}\n`);
  }

  #end(result: ApplyResult, json: boolean): number {
    const { terminal } = this;
    const { status, diagnostics, summary } = result;
    if (json) {
      terminal.out(applyEventLine({ event: 'end', status, diagnostics, ...defined({ summary }) }));
    } else if (result.declined === true) {
      terminal.err(diagnosticsText([DECLINED], terminal.errStyle));
    } else if (summary !== undefined) {
      const text = applySummaryText(summary);
      if (status === 'ok') terminal.out(`\n${terminal.outStyle.green(terminal.outStyle.bold(text))}\n`);
      else terminal.err(`\n${terminal.errStyle.red(terminal.errStyle.bold(text))}\n`);
    } else if (status === 'unreachable') {
      terminal.err(diagnosticsText([NOT_ALL_SEEN], terminal.errStyle));
    }
    return exitCode(status);
  }
}

/** What a saved plan has decided already can't be decided again. */
function decidedByPlan(flags: {
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  readonly rotate: readonly string[];
  readonly 'max-deletes'?: string | undefined;
}): Diagnostic | undefined {
  const given = [
    ...(flags.target.length > 0 ? ['--target'] : []),
    ...(flags.exclude.length > 0 ? ['--exclude'] : []),
    ...(flags.rotate.length > 0 ? ['--rotate'] : []),
    ...(flags['max-deletes'] === undefined ? [] : ['--max-deletes']),
  ];
  if (given.length === 0) return undefined;
  return {
    severity: 'error',
    code: 'usage',
    summary: `What a saved plan is about was decided when it was made: ${given.join(' and ')} cannot be given with it.`,
    next: 'Leave that out, or make a new plan with it: secrets plan --out FILE',
  };
}

const NOBODY_TO_ASK: Diagnostic = {
  severity: 'error',
  code: 'nobody-to-ask',
  summary: 'This apply needs an approval, and there is no terminal to ask at.',
  next: 'Look at `secrets plan` first, then give --auto-approve.',
};

const DECLINED: Diagnostic = {
  severity: 'error',
  code: 'declined',
  summary: 'Apply cancelled: the plan was not approved. Nothing was changed.',
};

const NOT_ALL_SEEN: Diagnostic = {
  severity: 'error',
  code: 'not-all-seen',
  summary: 'Nothing was changed: a system that the configuration names could not be reached.',
  next: "Try again later, or leave its resources out: --exclude '*.<provider>.*'",
};
