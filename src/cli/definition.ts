import type { Interfaces } from '@oclif/core';
import { parse } from '@oclif/core/parser';
import type { ReportDocument } from '../report/index.js';
import { commonFlags } from './flags.js';
import type { CliRun } from './run.js';
import { needsSeparator } from './separator.js';

/** The flags of a command, as their definitions; the parser does not care for their types. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type FlagDefinitions = Interfaces.FlagInput<any>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ArgDefinitions = Interfaces.ArgInput<any>;

/** What was given on the command line. */
export interface Given<Flags, Args> {
  readonly flags: Flags & { readonly 'log-file'?: string | undefined };
  readonly args: Args;
  /** The words after `--`, for a command that starts a program. */
  readonly program: readonly string[];
}

/** What a command says of itself, without its work. */
export interface CommandInfo {
  /** What it does, for its help: paragraphs. */
  readonly description: string;
  /** Command lines, without the program's name. */
  readonly examples: readonly string[];
  /** The arguments as the help shows them, where they are not as the definitions have them. */
  readonly usage?: string;
  /** The kind of document that it prints; an error is printed as one, too. */
  readonly document: ReportDocument['kind'];
  /** Whether a first signal waits for what is in flight: where something is written. */
  readonly finishesInFlight?: boolean;
  /** Whether signals are for a child process. */
  readonly leavesSignals?: boolean;
  /** What is printed when the first signal comes. */
  readonly stopMessage?: string;
  /** Whether it takes a program after `--`. */
  readonly takesProgram?: boolean;
}

/** A command, ready to run. */
export interface Command extends CommandInfo {
  readonly flags: FlagDefinitions;
  readonly args: ArgDefinitions;
  /**
   * Reads the command line, does the work, and gives the exit code.
   * @throws an error of the parser, or what the work throws
   */
  readonly run: (argv: readonly string[], run: CliRun) => Promise<number>;
}

/** The values of flags, by their definitions. */
type FlagValues<Flags extends FlagDefinitions> = {
  readonly [Name in keyof Flags]: Flags[Name] extends { readonly type: 'boolean' }
    ? boolean
    : Flags[Name] extends Interfaces.OptionFlag<infer Value>
      ? Value
      : never;
};

/** What the definitions of flags and arguments give. */
type GivenTo<Flags extends FlagDefinitions, Args extends ArgDefinitions> = Given<
  FlagValues<Flags>,
  Interfaces.InferredArgs<Args>
>;

/** Defines a command. */
export function defineCommand<Flags extends FlagDefinitions, Args extends ArgDefinitions = ArgDefinitions>(
  definition: CommandInfo & {
    readonly flags: Flags;
    readonly args?: Args;
    readonly work: (given: GivenTo<Flags, Args>, run: CliRun) => Promise<number>;
  },
): Command {
  const { work, args, flags: own, ...info } = definition;
  const flags: FlagDefinitions = { ...own, ...commonFlags };
  return {
    ...info,
    flags,
    args: args ?? {},
    run: async (argv, run) => {
      const [words, program] = info.takesProgram === true ? splitProgram(argv) : [argv, []];
      try {
        const parsed: object = await parse([...words], { flags, args: args ?? {} });
        return await work({ ...parsed, program } as GivenTo<Flags, Args>, run);
      } catch (error) {
        throw info.takesProgram === true && !argv.includes('--') ? needsSeparator(error) : error;
      }
    },
  };
}

/** The words before the first `--`, and those after it. */
function splitProgram(argv: readonly string[]): readonly [readonly string[], readonly string[]] {
  const at = argv.indexOf('--');
  return at === -1 ? [argv, []] : [argv.slice(0, at), argv.slice(at + 1)];
}
