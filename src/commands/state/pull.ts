import { defineCommand } from '../../cli/definition.js';
import { exitCode } from '../../cli/exit.js';
import { colorFlags, fileFlag, valueFlags } from '../../cli/flags.js';
import { statePull } from '../../engine/index.js';

export const statePullCommand = defineCommand({
  description:
    'For a backup, or to move to another backend: `state push` takes it. The state holds no value of a secret, and is printed as ' +
    'it is, without masking. Prints nothing if there is no state yet.\nExit code 0: done; 1: error.',
  examples: [
    'state pull > backup.state.json',
    'state pull -f old.yaml > moving.json && secrets state push moving.json -f new.yaml',
  ],
  document: 'error',
  flags: { ...fileFlag, ...valueFlags, ...colorFlags },
  work: async ({ flags }, run) => {
    const { status, diagnostics, text = '' } = await statePull(flags.file, run.context(flags));
    run.report(diagnostics);
    run.terminal.out(text);
    return exitCode(status);
  },
});
