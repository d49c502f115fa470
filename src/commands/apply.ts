import * as Args from '@oclif/core/args';
import { nobodyToAsk } from '../cli/approval.js';
import { EngineCommand } from '../cli/engine-command.js';
import { exitCode } from '../cli/exit.js';
import type { Found } from '../cli/exit.js';
import {
  approvalFlags,
  deleteFlags,
  fileFlag,
  lockFlags,
  outputFlags,
  rotateFlags,
  runOptions,
  savedPlanFlags,
  scopeFlags,
  serverLogFlags,
  valueFlags,
} from '../cli/flags.js';
import type { CliRun } from '../cli/run.js';
import { apply, applyPlan } from '../engine/index.js';
import type { ApplyResult } from '../engine/index.js';
import { addressesOf, counted, defined, problem, problemError } from '../model/index.js';
import type { Action, Diagnostic, Outcome, Plan } from '../model/index.js';

export class ApplyCommand extends EngineCommand {
  static override readonly description =
    'Plans, shows the plan, asks for approval, and makes the changes in order: dependencies first, grants before revokes. Each ' +
    'object is checked again right before it is written. With --json, one event per line. A saved plan is applied if its seal ' +
    'holds; the configuration comes from -f or the default, as for `plan`, and never from the plan. A plan without a seal is ' +
    'refused unless --allow-unsealed is given.\n' +
    'Exit code 0: done; 1: error, refused plan, no approval, or a failed change; 2: done, and a generated value that was changed ' +
    'outside waits for --rotate or --accept; 3: a system could not be reached, and nothing was changed; or it was done, and ' +
    'something was left that could not be checked.';
  static override readonly examples = [
    'secrets apply',
    'secrets apply --auto-approve --lock-timeout 5m',
    "secrets apply --exclude '*.warehouse.*'",
    'secrets apply --auto-approve --json',
    'secrets apply secrets.plan',
  ];
  static override readonly document = 'apply';
  static override readonly finishesInFlight = true;
  static override readonly args = {
    plan: Args.string({
      ignoreStdin: true,
      description: 'A file that `plan --out` wrote: applied without asking, if nothing has changed since.',
    }),
  };
  static override readonly flags = {
    ...fileFlag,
    ...valueFlags,
    ...scopeFlags,
    ...deleteFlags,
    ...rotateFlags,
    ...serverLogFlags,
    ...approvalFlags,
    ...savedPlanFlags,
    ...lockFlags,
    ...outputFlags,
  };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(ApplyCommand);
    const isAsking = !flags['auto-approve'] && args.plan === undefined;
    if (args.plan !== undefined) refuseDecided(flags);
    const obstacle = this.cli.isForPeople
      ? this.cli.askingObstacle(flags['no-input'])
      : 'its output is for programs (--json)';
    if (isAsking && obstacle !== undefined) {
      const next = 'Review `secrets plan` first, then give --auto-approve.';
      throw problemError(nobodyToAsk('This apply', obstacle, next));
    }
    const view = openView(this.cli);
    const [options, context] = [runOptions(flags), this.cli.context(flags)];
    const hooks = { onOutcome: view.showOutcome, onWait: this.cli.onWait };
    const result =
      args.plan === undefined
        ? await apply(options, context, {
            ...hooks,
            approve: async (plan) => {
              view.showPlan(plan);
              return isAsking ? this.cli.ask() : true;
            },
          })
        : await applyPlan(args.plan, options, context, { ...hooks, onPlan: view.showPlan });
    return view.end(result);
  }
}

/** What an apply shows while it runs. */
interface ApplyView {
  readonly showPlan: (plan: Plan) => void;
  readonly showOutcome: (outcome: Outcome) => void;
  /** Shows how it ended, and gives the exit code. */
  readonly end: (result: ApplyResult) => number;
}

function openView(run: CliRun): ApplyView {
  const actions = new Map<string, Action>();
  let isShown = false;
  const showPlan = (plan: Plan): void => {
    isShown = true;
    for (const { address, action } of plan.changes) actions.set(address, action);
    run.render({ kind: 'apply', event: 'plan', plan });
  };
  return {
    showPlan,
    showOutcome: (outcome) => {
      const action = actions.get(outcome.address);
      if (action !== undefined) run.render({ kind: 'apply', event: 'outcome', action, outcome });
    },
    end: ({ status, diagnostics, summary, plan, declined }) => {
      if (!isShown && plan !== undefined) showPlan(plan);
      const left = summary === undefined ? [] : leftWords(plan);
      const all = [...diagnostics, ...left];
      run.render({ kind: 'apply', event: 'end', status, diagnostics: all, ...defined({ summary }) });
      if (declined === true) run.report([DECLINED]);
      else if (summary === undefined && status === 'unreachable') run.report([UNREACHABLE]);
      return exitCode(status, leftBy(plan));
    },
  };
}

/** What an apply leaves as it is, since it cannot tell, or nobody has decided. */
function leftBy(plan: Plan | undefined): Found {
  if (plan === undefined) return {};
  return {
    differs: plan.undecided.length > 0,
    unchecked: counted(plan.unverified).some(({ outcome }) => outcome === 'left'),
  };
}

/** Why an apply that did everything else does not exit with 0. */
function leftWords(plan: Plan | undefined): readonly Diagnostic[] {
  if (plan === undefined) return [];
  const undecided = plan.undecided.map(({ address, path }) =>
    problem({
      severity: 'warning',
      code: 'left-undecided',
      summary: `${address} was left as it is: its generated ${path} was changed outside of this stack.`,
      next: `Make a new one: --rotate ${address}, or keep theirs: --accept ${address}`,
      address,
    }),
  );
  const unchecked = counted(plan.unverified).filter(({ outcome }) => outcome === 'left');
  const addresses = addressesOf(unchecked);
  if (addresses.length === 0) return undecided;
  const summary = `Could not be checked, and was left as it is: ${addresses.slice(0, NAMED).join(', ')}${addresses.length > NAMED ? `, and ${addresses.length - NAMED} more` : ''}.`;
  return [...undecided, problem({ severity: 'warning', code: 'left-unchecked', summary })];
}

/** At most this many addresses are named in a message. */
const NAMED = 5;

/** The flags that are decided when a plan is saved. */
interface DecidedFlags {
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  readonly rotate: readonly string[];
  readonly accept: readonly string[];
  readonly 'max-deletes'?: unknown;
}

/** Refuses flags that a saved plan has decided already. */
function refuseDecided(flags: DecidedFlags): void {
  const given = [
    ...(flags.target.length > 0 ? ['--target'] : []),
    ...(flags.exclude.length > 0 ? ['--exclude'] : []),
    ...(flags.rotate.length > 0 ? ['--rotate'] : []),
    ...(flags.accept.length > 0 ? ['--accept'] : []),
    ...(flags['max-deletes'] === undefined ? [] : ['--max-deletes']),
  ];
  if (given.length === 0) return;
  throw problemError({
    code: 'usage',
    summary: `${given.join(' and ')} cannot be used with a saved plan: its scope was decided when it was made.`,
    next: 'Omit that, or make a new plan with it: secrets plan --out FILE',
  });
}

const DECLINED = problem({
  code: 'declined',
  summary: 'Apply cancelled: the plan was not approved. Nothing was changed.',
});

const UNREACHABLE = problem({
  code: 'not-all-seen',
  summary: 'Nothing was changed: a system that the configuration names could not be reached.',
  next: "Try again later, or leave its resources out: --exclude '*.<provider>.*'",
});
