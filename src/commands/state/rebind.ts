import * as Args from '@oclif/core/args';
import { nobodyToAsk } from '../../cli/approval.js';
import { EngineCommand } from '../../cli/engine-command.js';
import { EXIT } from '../../cli/exit.js';
import {
  approvalFlags,
  fileFlag,
  lockFlags,
  outputFlags,
  stateOptions,
  valueFlags,
} from '../../cli/flags.js';
import { renderChanges } from '../../cli/state-changes.js';
import { DEFAULT_OPTIONS, stateRebind } from '../../engine/index.js';
import type { Rebinding } from '../../engine/index.js';
import { problemError } from '../../model/index.js';
import { printable } from '../../report/index.js';

export class StateRebindCommand extends EngineCommand {
  static override readonly description =
    'The state records the organization and the database that it was made for, and refuses any other. This is for a database ' +
    'that was moved or restored elsewhere, also under the same name. Objects that carry the mark of this stack under their own ' +
    'name are matched with their records, and shown; the next plan shows which of the others exist.\n' +
    'Exit code 0: done, or nothing to do; 1: error, or not approved.';
  static override readonly examples = [
    'secrets state rebind',
    'secrets state rebind warehouse --auto-approve',
  ];
  static override readonly document = 'state';
  static override readonly finishesInFlight = true;
  static override readonly args = {
    provider: Args.string({
      ignoreStdin: true,
      multiple: true,
      description: 'The providers to rebind. Default: all.',
    }),
  };
  static override readonly flags = {
    ...fileFlag,
    ...valueFlags,
    ...approvalFlags,
    ...lockFlags,
    ...outputFlags,
  };

  override async run(): Promise<number> {
    const { args, flags } = await this.parse(StateRebindCommand);
    const isAsking = !flags['auto-approve'];
    const obstacle = this.cli.askingObstacle(flags['no-input']);
    if (isAsking && obstacle !== undefined) {
      const next = 'Run it on a terminal, or give --auto-approve.';
      throw problemError(nobodyToAsk('Rebinding the state', obstacle, next));
    }
    const options = { ...DEFAULT_OPTIONS, ...stateOptions(flags) };
    const result = await stateRebind(args.provider ?? [], options, this.cli.context(flags), {
      onWait: this.cli.onWait,
      approve: async (rebindings) => {
        this.cli.terminal.err(rebindings.map(rebindingText).join(''));
        return isAsking ? this.cli.ask() : true;
      },
    });
    if (result.declined === true) {
      this.cli.terminal.err('Cancelled: nothing was changed.\n');
      return EXIT.error;
    }
    if (result.changes.length === 0 && this.cli.isForPeople) {
      this.cli.terminal.out('The state is already bound to these systems. Nothing was changed.\n');
    }
    return renderChanges(result, this.cli);
  }
}

function rebindingText({ provider, from, to, matches, unmatched }: Rebinding): string {
  const systems =
    from.id === to.id
      ? `${printable(provider)}: ${printable(to.name)} (${printable(to.id)}), as before.\n`
      : `${printable(provider)}: the state was made for ${printable(from.name)} (${printable(from.id)}); ` +
        `the configuration points to ${printable(to.name)} (${printable(to.id)}).\n`;
  const matched = matches.map(
    ({ address, from: before, to: after }) =>
      `  ${printable(address)}: ${printable(before)} is ${printable(after)} now\n`,
  );
  const left = unmatched.map(
    ({ address, why }) => `  ${printable(address)}: not matched, ${printable(why)}\n`,
  );
  return systems + matched.join('') + left.join('');
}
