import * as Flags from '@oclif/core/flags';
import { runChild } from '../cli/child.js';
import { EngineCommand } from '../cli/engine-command.js';
import { colorFlags, fileFlag, repeatable, valueFlags } from '../cli/flags.js';
import { needsSeparator } from '../cli/separator.js';
import { getValues } from '../engine/index.js';
import { problemError } from '../model/index.js';

/** Variables of this tool, which no child needs. */
const OWN_VARIABLES = ['SECRETS_KEY', 'SECRETS_AGE_KEY', 'SECRETS_AGE_KEY_FILE'];

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export class RunCommand extends EngineCommand {
  static override readonly description =
    'Reads the values from where the configuration takes them. The program gets the environment and these variables; signals ' +
    'are passed on to it, and what it prints is not masked.\n' +
    'Exit code: that of the program; 1: it was not started.';
  static override readonly usage = 'run --env NAME=ADDRESS... [FLAGS] -- PROGRAM [ARGUMENT...]';
  static override readonly examples = [
    'secrets run --env HF_TOKEN=secret.helios.HF_TOKEN -- python train.py',
    "secrets run --env KEY='user_mapping.warehouse.lake/analyst#key_id' -f prod/ -- ./load.sh",
  ];
  static override readonly document = 'error';
  static override readonly leavesSignals = true;
  static override readonly flags = {
    env: Flags.string({
      ...repeatable,
      summary: 'A variable and the address of its value. Repeatable.',
      helpValue: '<NAME=ADDRESS>',
    }),
    ...fileFlag,
    ...valueFlags,
    ...colorFlags,
  };

  override async run(): Promise<number> {
    const { own, program } = splitProgram(this.argv);
    const { flags } = await this.parse(RunCommand, own).catch((error: unknown) => {
      throw program === undefined ? needsSeparator(error) : error;
    });
    const [name, ...words] = program ?? [];
    const pairs = flags.env.map(variableOf);
    if (name === undefined || pairs.length === 0) throw problemError(USAGE);
    const addresses = pairs.map(({ address }) => address);
    const { diagnostics, values } = await getValues(addresses, flags.file, this.cli.context(flags));
    this.cli.report(diagnostics);
    this.cli.terminal.endProgress();
    const environment = Object.fromEntries([
      ...Object.entries(this.cli.io.env).filter(([name]) => !OWN_VARIABLES.includes(name)),
      ...pairs.map(({ name }, index) => [name, values[index]] as const),
    ]);
    return runChild([name, ...words], environment, this.cli.io);
  }
}

/** The words of this command, and those after the first `--`. */
function splitProgram(argv: readonly string[]): { own: string[]; program: readonly string[] | undefined } {
  const at = argv.indexOf('--');
  return at === -1
    ? { own: [...argv], program: undefined }
    : { own: argv.slice(0, at), program: argv.slice(at + 1) };
}

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
