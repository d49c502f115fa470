import type { Command } from '@oclif/core/command';
import { CommandHelp, Help, getHelpFlagAdditions, normalizeArgv } from '@oclif/core/help';
import { DiagnosticError } from '../model/index.js';
import { PLAIN } from '../report/index.js';
import type { CliConfig } from './config.js';
import { unknownCommand } from './unknown-command.js';

/** No line is longer, even where the terminal is wider. */
const WIDEST = 100;

/** The help of a command: without the summary in the description, since that is printed above it. */
class CliCommandHelp extends CommandHelp {
  protected override arg(arg: Command.Arg.Any): string {
    return `${super.arg(arg)}${arg.multiple === true ? '...' : ''}`;
  }

  protected override defaultUsage(): string {
    return `${super.defaultUsage()} [FLAGS]`;
  }

  protected override description(): string | undefined {
    const { description } = this.command;
    return description === undefined ? undefined : this.wrap(description);
  }
}

/** Oclif's help, written to the terminal of a command line. */
export class CliHelp extends Help {
  protected override CommandHelpClass = CliCommandHelp;

  constructor(protected override readonly config: CliConfig) {
    const { terminal, io } = config.invocation;
    super(config, {
      ...config.pjson.oclif.helpOptions,
      maxWidth: Math.min(io.stdout.columns ?? WIDEST, WIDEST),
      stripAnsi: terminal.outStyle === PLAIN,
    });
  }

  /**
   * Prints the help of everything, a topic, or a command.
   * @throws DiagnosticError where neither has this name
   */
  override async showHelp(argv: string[]): Promise<void> {
    const flags = getHelpFlagAdditions(this.config);
    const words = argv.filter((word) => !flags.includes(word));
    if (words[0] === 'help') words.shift();
    const [id = '-'] = normalizeArgv(this.config, words);
    const isKnown = this.config.findCommand(id) !== undefined || this.config.findTopic(id) !== undefined;
    if (!id.startsWith('-') && !isKnown) throw new DiagnosticError([unknownCommand(id, this.config)]);
    await super.showHelp(words);
  }

  override async showCommandHelp(command: Command.Loadable): Promise<void> {
    await super.showCommandHelp({ ...command, ...shownParts(await command.load()) });
  }

  protected override log(...args: string[]): void {
    this.config.invocation.terminal.out(`${args.join(' ')}\n`);
  }
}

/** What the help shows of a command. */
function shownParts({
  description,
  examples,
  usage,
  strict,
  args,
  flags,
  baseFlags,
}: Command.Class): Partial<Command.Loadable> {
  const named = Object.entries(args).map(([name, arg]) => [name, { ...arg, name }] as const);
  return {
    ...{ description, examples, usage, strict },
    args: Object.fromEntries(named),
    flags: { ...flags, ...baseFlags },
  };
}
