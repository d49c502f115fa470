import * as Args from '@oclif/core/args';
import { defineCommand } from '../../cli/definition.js';
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

export const stateRebindCommand = defineCommand({
  description:
    'The state records the organization and the database that it was made for, and refuses any other. This is for a database ' +
    'that was moved or restored elsewhere. Records stay; the next plan shows which of their objects exist.\n' +
    'Exit code 0: done, or nothing to do; 1: error, or not approved.',
  examples: ['state rebind', 'state rebind warehouse --auto-approve'],
  document: 'state',
  args: {
    provider: Args.string({
      ignoreStdin: true,
      multiple: true,
      default: [],
      description: 'The providers to rebind. Default: all.',
    }),
  },
  flags: { ...fileFlag, ...valueFlags, ...approvalFlags, ...lockFlags, ...outputFlags },
  work: async ({ args, flags }, run) => {
    const isAsking = !flags['auto-approve'];
    if (isAsking && !run.canAsk(flags['no-input'])) throw problemError(NO_TERMINAL);
    const options = { ...DEFAULT_OPTIONS, ...stateOptions(flags) };
    const result = await stateRebind(args.provider, options, run.context(flags), {
      onWait: run.onWait,
      approve: async (rebindings) => {
        run.terminal.err(rebindings.map(rebindingText).join(''));
        return isAsking ? run.ask() : true;
      },
    });
    if (result.declined === true) {
      run.terminal.err('Cancelled: nothing was changed.\n');
      return EXIT.error;
    }
    if (result.changes.length === 0 && run.isForPeople) {
      run.terminal.out('The state is already bound to these systems. Nothing was changed.\n');
    }
    return renderChanges(result, run);
  },
});

function rebindingText({ provider, from, to }: Rebinding): string {
  return (
    `${printable(provider)}: the state was made for ${printable(from.name)} (${printable(from.id)}); ` +
    `the configuration points to ${printable(to.name)} (${printable(to.id)}).\n`
  );
}

const NO_TERMINAL = {
  code: 'nobody-to-ask',
  summary: 'Rebinding the state requires approval, and there is no terminal to ask on.',
  next: 'Run it on a terminal, or give --auto-approve.',
};
