import { EngineCommand } from '../cli/engine-command.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags, runOptions, scopeFlags, valueFlags } from '../cli/flags.js';
import { drift } from '../engine/index.js';
import { defined } from '../model/index.js';

export class DriftCommand extends EngineCommand {
  static override readonly description =
    'Compares what the systems hold with what was last applied: what differs, who changed it, and since when, as far as the ' +
    'systems know. Changes nothing, and with a key for fingerprints needs no value of a secret. Suited to a cron job.\n' +
    'Exit code 0: no drift; 1: error; 2: drift; 3: a system could not be reached.';
  static override readonly examples = [
    'secrets drift',
    'secrets drift --json > drift.json',
    "secrets drift --exclude '*.warehouse.*'",
  ];
  static override readonly document = 'drift';
  static override readonly flags = { ...fileFlag, ...valueFlags, ...scopeFlags, ...outputFlags };

  override async run(): Promise<number> {
    const { flags } = await this.parse(DriftCommand);
    const { status, diagnostics, plan } = await drift(runOptions(flags), this.cli.context(flags));
    this.cli.render({ kind: 'drift', status, diagnostics, ...defined({ plan }) });
    return exitCode(status, (plan?.drift.length ?? 0) > 0);
  }
}
