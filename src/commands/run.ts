import * as Flags from '@oclif/core/flags';
import { runChild } from '../cli/child.js';
import { defineCommand } from '../cli/definition.js';
import { colorFlags, fileFlag, repeatable, valueFlags } from '../cli/flags.js';
import { getValues } from '../engine/index.js';
import { problemError } from '../model/index.js';

/** Variables of this tool, which no child needs. */
const OWN_VARIABLES = ['SECRETS_KEY', 'SECRETS_AGE_KEY', 'SECRETS_AGE_KEY_FILE'];

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const runProgram = defineCommand({
  description:
    'Reads the values from where the configuration takes them. The program gets the environment and these variables; signals ' +
    'are passed on to it, and what it prints is not masked.\n' +
    'Exit code: that of the program; 1: it was not started.',
  usage: '--env NAME=ADDRESS... -- PROGRAM [ARGUMENT...]',
  examples: [
    'run --env HF_TOKEN=secret.helios.HF_TOKEN -- python train.py',
    "run --env KEY='user_mapping.warehouse.lake/analyst#key_id' -f prod/ -- ./load.sh",
  ],
  document: 'error',
  leavesSignals: true,
  takesProgram: true,
  flags: {
    env: Flags.string({
      ...repeatable,
      summary: 'A variable and the address of its value. Repeatable.',
      helpValue: '<NAME=ADDRESS>',
    }),
    ...fileFlag,
    ...valueFlags,
    ...colorFlags,
  },
  work: async ({ flags, program: [program, ...words] }, run) => {
    const pairs = flags.env.map(variableOf);
    if (program === undefined || pairs.length === 0) throw problemError(USAGE);
    const addresses = pairs.map(({ address }) => address);
    const { diagnostics, values } = await getValues(addresses, flags.file, run.context(flags));
    run.report(diagnostics);
    run.terminal.endProgress();
    const environment = Object.fromEntries([
      ...Object.entries(run.io.env).filter(([name]) => !OWN_VARIABLES.includes(name)),
      ...pairs.map(({ name }, index) => [name, values[index]] as const),
    ]);
    return runChild([program, ...words], environment, run.io);
  },
});

function variableOf(text: string): { readonly name: string; readonly address: string } {
  const [name = '', address = ''] = text.split(/=(.*)/s, 2);
  if (!NAME.test(name) || address === '') throw problemError(USAGE);
  return { name, address };
}

const USAGE = {
  code: 'usage',
  summary: 'A program and at least one variable with the address of its value are required.',
  next: 'Write: secrets run --env HF_TOKEN=secret.helios.HF_TOKEN -- python train.py',
};
