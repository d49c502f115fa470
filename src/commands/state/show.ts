import { Args } from '@oclif/core';
import { exitCode } from '../../cli/exit.js';
import { fileFlag, outputFlags, valueFlags } from '../../cli/flags.js';
import { StateCommand } from '../../cli/state-command.js';
import { stateRecord } from '../../engine/index.js';
import { recordText, stateDocument } from '../../report/index.js';

export default class StateShow extends StateCommand {
  static override summary = 'Show what the state remembers of one resource.';
  static override description =
    'What was last applied: the id, the fields that are not sensitive, and fingerprints of the others. The state holds no value. ' +
    'Exit code 0: done; 1: an error.';
  static override examples = ['<%= config.bin %> state show secret.helios.HF_TOKEN'];
  static override args = {
    address: Args.string({ ignoreStdin: true, required: true, description: 'The address of the resource.' }),
  };
  static override flags = { ...fileFlag, ...valueFlags, ...outputFlags };

  protected override async work(): Promise<number> {
    const { args, flags } = await this.parse(StateShow);
    const { status, diagnostics, state, record } = await stateRecord(
      args.address,
      flags.file,
      this.context(flags),
    );
    this.report(diagnostics);
    if (record === undefined) return exitCode(status);
    if (flags.json) {
      const { serial = 0, lineage = '' } = state ?? {};
      this.terminal.out(stateDocument(status, diagnostics, { serial, lineage, records: [record] }));
    } else this.terminal.out(recordText(record, this.terminal.outStyle));
    return exitCode(status);
  }
}
