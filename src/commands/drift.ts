import { SecretsCommand } from '../cli/command.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags, runOptions, scopeFlags, valueFlags } from '../cli/flags.js';
import { drift } from '../engine/index.js';
import type { Diagnostic } from '../model/index.js';
import { driftDocument, driftText } from '../report/index.js';

export default class Drift extends SecretsCommand {
  static override summary = 'Tell whether somebody changed by hand what was last applied. Made for cron.';
  static override description =
    'Compares what the systems hold with what was last applied: exactly what differs, by whom, and since when, as far as ' +
    'the systems know. Changes nothing, and with a key for fingerprints needs no value of a secret. ' +
    'Exit code 0: no drift; 1: an error; 2: drift; 3: a system could not be reached.';
  static override examples = [
    '<%= config.bin %> drift',
    '<%= config.bin %> drift --json --no-color > drift.json',
    "<%= config.bin %> drift --exclude '*.warehouse.*'",
  ];
  static override flags = { ...fileFlag, ...valueFlags, ...scopeFlags, ...outputFlags };

  protected override async work(): Promise<number> {
    const { flags } = await this.parse(Drift);
    const result = await drift(runOptions(flags), this.context(flags));
    this.report(result.diagnostics);
    if (flags.json) this.terminal.out(driftDocument(result.status, result.diagnostics, result.plan));
    else if (result.plan !== undefined) this.terminal.out(driftText(result.plan, this.terminal.outStyle));
    return exitCode(result.status, (result.plan?.drift.length ?? 0) > 0);
  }

  protected override renderError(diagnostics: readonly Diagnostic[]): string | undefined {
    return this.argv.includes('--json') ? driftDocument('error', diagnostics) : undefined;
  }
}
