import { defineCommand } from '../cli/definition.js';
import { exitCode } from '../cli/exit.js';
import { fileFlag, outputFlags, runOptions, scopeFlags, valueFlags } from '../cli/flags.js';
import { drift } from '../engine/index.js';
import { defined } from '../model/index.js';

export const driftCommand = defineCommand({
  description:
    'Compares what the systems hold with what was last applied: what differs, who changed it, and since when, as far as the ' +
    'systems know. Changes nothing, and with a key for fingerprints needs no value of a secret. Suited to a cron job.\n' +
    'Exit code 0: no drift; 1: error; 2: drift; 3: a system could not be reached.',
  examples: ['drift', 'drift --json > drift.json', "drift --exclude '*.warehouse.*'"],
  document: 'drift',
  flags: { ...fileFlag, ...valueFlags, ...scopeFlags, ...outputFlags },
  work: async ({ flags }, run) => {
    const { status, diagnostics, plan } = await drift(runOptions(flags), run.context(flags));
    run.render({ kind: 'drift', status, diagnostics, ...defined({ plan }) });
    return exitCode(status, (plan?.drift.length ?? 0) > 0);
  },
});
