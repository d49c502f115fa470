import { Flags } from '@oclif/core';
import { askApproval, canAsk } from '../../cli/approval.js';
import { EXIT } from '../../cli/exit.js';
import { fileFlag, lockFlags, outputFlags, stateOptions, valueFlags } from '../../cli/flags.js';
import { StateCommand, sayWaiting } from '../../cli/state-command.js';
import { DEFAULT_OPTIONS, stateRebind } from '../../engine/index.js';
import { printable } from '../../report/index.js';

export default class StateRebind extends StateCommand {
  static override summary = 'Bind the state to the systems that the configuration points at now.';
  static override description =
    'The state knows the organization and the database that it was made for, and refuses any other. This is for a database that ' +
    'was moved or restored elsewhere. Records stay; the next plan says which of their objects are there. ' +
    'Exit code 0: done, or nothing to do; 1: an error, or no approval.';
  static override examples = [
    '<%= config.bin %> state rebind',
    '<%= config.bin %> state rebind warehouse --auto-approve',
  ];
  static override strict = false;
  static override usage = 'state rebind [PROVIDER...] [-f <path>...] [--auto-approve] [--no-input] [--json]';
  static override flags = {
    ...fileFlag,
    ...valueFlags,
    'auto-approve': Flags.boolean({ summary: 'Do not ask.' }),
    'no-input': Flags.boolean({ summary: 'Never ask anything (as CI does).' }),
    ...lockFlags,
    ...outputFlags,
  };

  protected override async work(): Promise<number> {
    const { argv, flags } = await this.parse(StateRebind);
    const { terminal } = this;
    const context = this.context(flags);
    const isAsking = !flags['auto-approve'];
    if (isAsking && (flags.json || !canAsk(terminal, flags['no-input']))) {
      return this.refuse(
        [
          {
            severity: 'error',
            code: 'nobody-to-ask',
            summary:
              'Binding the state to another system needs an approval, and there is no terminal to ask at.',
            next: 'If you mean it, give --auto-approve.',
          },
        ],
        flags.json,
      );
    }
    const result = await stateRebind(
      argv.map(String),
      { ...DEFAULT_OPTIONS, ...stateOptions(flags) },
      context,
      {
        onWait: sayWaiting(terminal),
        approve: async (rebindings) => {
          for (const { provider, from, to } of rebindings) {
            terminal.err(
              `${printable(provider)}: the state was made for ${printable(from.name)} (${printable(from.id)}); ` +
                `the configuration points at ${printable(to.name)} (${printable(to.id)}).\n`,
            );
          }
          return isAsking ? askApproval(terminal.err, context.signal) : true;
        },
      },
    );
    if (result.declined === true) {
      terminal.err('Cancelled: nothing was changed.\n');
      return EXIT.error;
    }
    if (result.changes.length === 0 && !flags.json) {
      terminal.out('The state is bound to these very systems. Nothing was changed.\n');
    }
    return this.showChanges(result, flags.json);
  }
}
