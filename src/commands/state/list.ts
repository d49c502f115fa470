import { Args } from '@oclif/core';
import { exitCode } from '../../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../../cli/flags.js';
import { StateCommand } from '../../cli/state-command.js';
import { stateRead } from '../../engine/index.js';
import { addressLines, stateDocument } from '../../report/index.js';

export default class StateList extends StateCommand {
  static override summary = 'List what the stack owns: one address a line.';
  static override description =
    'Reads the state and asks no system. `*` in the pattern stands for any characters. Exit code 0: done; 1: an error.';
  static override examples = [
    '<%= config.bin %> state list',
    "<%= config.bin %> state list 'secret.helios.AWS_*'",
    '<%= config.bin %> state list --json',
  ];
  static override args = {
    pattern: Args.string({ ignoreStdin: true, description: 'Only addresses that match.', default: '*' }),
  };
  static override flags = { ...fileFlag, ...valueFlags, ...outputFlags };

  protected override async work(): Promise<number> {
    const { args, flags } = await this.parse(StateList);
    const { status, diagnostics, state } = await stateRead(flags.file, this.context(flags));
    this.report(diagnostics);
    const parts = args.pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
    const pattern = new RegExp(`^${parts.join('.*')}$`, 's');
    const records = (state?.records ?? []).filter((record) => pattern.test(record.address));
    if (flags.json) {
      const { serial = 0, lineage = '' } = state ?? {};
      this.terminal.out(stateDocument(status, diagnostics, { serial, lineage, records }));
    } else this.terminal.out(addressLines(records));
    return exitCode(status);
  }
}
