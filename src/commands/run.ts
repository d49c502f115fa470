import { Flags } from '@oclif/core';
import { runChild } from '../cli/child.js';
import { SecretsCommand } from '../cli/command.js';
import { NONE, fileFlag, outputFlags, valueFlags } from '../cli/flags.js';
import { getValues } from '../engine/index.js';
import { DiagnosticError } from '../model/index.js';

/** Variables that are this program's own: no child needs them. */
const OURS = ['SECRETS_KEY', 'SECRETS_AGE_KEY', 'SECRETS_AGE_KEY_FILE'];

export default class Run extends SecretsCommand {
  static override summary = 'Run a program with values in its environment.';
  static override description =
    'Reads the values from where the configuration takes them. The program gets our environment and these variables; signals ' +
    'are passed on to it, its exit code becomes ours, and what it prints is not touched: it may print the values. ' +
    'Exit code: that of the program; 1: it was not started.';
  static override examples = [
    '<%= config.bin %> run --env HF_TOKEN=secret.helios.HF_TOKEN -- python train.py',
    "<%= config.bin %> run --env KEY='user_mapping.warehouse.lake/analyst#key_id' -f prod/ -- ./load.sh",
  ];
  static override strict = false;
  static override usage = 'run --env NAME=ADDRESS... [-f <path>...] [--allow-exec] -- COMMAND...';
  static override flags = {
    env: Flags.string({
      multiple: true,
      ...NONE,
      summary: 'A variable and the address of its value; may be given again.',
      helpValue: '<NAME=ADDRESS>',
    }),
    ...fileFlag,
    ...valueFlags,
    'no-color': outputFlags['no-color'],
  };

  protected override readonly takesSignals = false;

  protected override async work(): Promise<number> {
    const { argv, flags } = await this.parse(Run);
    const [program, ...words] = argv.map(String);
    const pairs = flags.env.map((text) => text.split(/=(.*)/s, 2));
    const wrong = pairs.filter(([name = '', address = '']) => !NAME.test(name) || address === '');
    if (program === undefined || pairs.length === 0 || wrong.length > 0) throw new DiagnosticError([USAGE]);
    const addresses = pairs.map(([, address = '']) => address);
    const { diagnostics, values } = await getValues(addresses, flags.file, this.context(flags));
    this.report(diagnostics);
    this.terminal.endProgress();
    const given = Object.fromEntries(pairs.map(([name = ''], index) => [name, values[index]]));
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !OURS.includes(name)),
    );
    return runChild([program, ...words], { ...inherited, ...given });
  }

  protected override renderError(): undefined {
    return undefined;
  }
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const USAGE = {
  severity: 'error',
  code: 'usage',
  summary: 'It takes a program, and at least one variable with the address of its value.',
  next: 'Write: secrets run --env HF_TOKEN=secret.helios.HF_TOKEN -- python train.py',
} as const;
