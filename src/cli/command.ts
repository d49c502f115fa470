import { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import { CliConfig } from './config.js';
import type { Invocation } from './config.js';
import { commonFlags } from './flags.js';

/** A command of this program: oclif's, with the streams of its command line instead of those of the process. */
export abstract class CliCommand extends Command {
  static override readonly baseFlags = commonFlags;

  declare readonly config: CliConfig;

  constructor(argv: string[], config: Config) {
    super(argv, config);
    if (!(config instanceof CliConfig)) throw new TypeError('this command is run by runCli() only');
  }

  /** The command line that it runs for. */
  protected get invocation(): Invocation {
    return this.config.invocation;
  }

  /** Runs the command. Oclif's own `run` would load another configuration, without the Io of this one. */
  static override async run<T extends Command>(
    this: new (argv: string[], config: Config) => T,
    argv: string[] = [],
    config?: unknown,
  ): Promise<ReturnType<T['run']>> {
    const command: Command = new this(argv, config as Config);
    if (!(command instanceof CliCommand)) throw new TypeError('not a command of this program');
    return command._run<ReturnType<T['run']>>();
  }

  /** Writes a line of the result. */
  override log(message = ''): void {
    this.invocation.terminal.out(`${message}\n`);
  }

  /** Writes a line that accompanies the result. */
  override logToStderr(message = ''): void {
    this.invocation.terminal.err(`${message}\n`);
  }

  override warn(input: Error | string): Error | string {
    this.logToStderr(`Warning: ${input instanceof Error ? input.message : input}`);
    return input;
  }

  /** Leaves errors to who runs the command; oclif would set the exit code of the process. */
  protected override catch(error: Error): Promise<never> {
    return Promise.reject(error);
  }
}
