import { EngineCommand } from '../cli/engine-command.js';
import { EXIT, exitCode } from '../cli/exit.js';
import { failOnFlags, failOnOf } from '../cli/fail-on.js';
import { fileFlag, outputFlags, runOptions, scopeFlags, valueFlags } from '../cli/flags.js';
import { drift } from '../engine/index.js';
import { countedFindings, defined } from '../model/index.js';

export class DriftCommand extends EngineCommand {
  static override readonly description =
    'Compares what the systems hold with what was last applied: what differs, who changed it, and since when, as far as the ' +
    'systems know. Changes nothing, and with a key for fingerprints needs no value of a secret. Suited to a cron job.\n' +
    'Exit code 0: everything was checked, and there is no drift; 1: error; 2: drift, or what else --fail-on names; 3: something ' +
    'could not be checked, which wins over 2.';
  static override readonly examples = [
    'secrets drift',
    'secrets drift --json > drift.json',
    "secrets drift --exclude '*.warehouse.*'",
    'secrets drift --fail-on rotation,unmanaged',
  ];
  static override readonly document = 'drift';
  static override readonly flags = {
    ...fileFlag,
    ...valueFlags,
    ...scopeFlags,
    ...failOnFlags,
    ...outputFlags,
  };

  override async run(): Promise<number> {
    const { flags } = await this.parse(DriftCommand);
    const failOn = failOnOf(flags['fail-on']);
    const options = { ...runOptions(flags), seekUnmanaged: failOn.includes('unmanaged') };
    const { status, diagnostics, plan } = await drift(options, this.cli.context(flags));
    const findings = plan === undefined ? [] : countedFindings(plan, failOn);
    const failedOn = findings.map(({ name }) => name);
    this.cli.render({ kind: 'drift', status, diagnostics, failedOn, ...defined({ plan }) });
    return exitCode(status, {
      differs: findings.some((finding) => finding.exitCode === EXIT.different),
      unchecked: findings.some((finding) => finding.exitCode === EXIT.unchecked),
    });
  }
}
