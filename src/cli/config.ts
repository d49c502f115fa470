import { Config, Plugin } from '@oclif/core/config';
import { setLogger } from '@oclif/core/logger';
import type { Interfaces } from '@oclif/core';
import type { Command } from '@oclif/core/command';
import { DiagnosticError } from '../model/index.js';
import type { Format } from '../report/index.js';
import type { Io } from './io.js';
import type { Terminal } from './terminal.js';
import { unknownCommand } from './unknown-command.js';
import { packageJson, packageRoot } from './version.js';

/** One command of the registry. What it is besides its summary is known once it is loaded. */
export interface CommandEntry {
  /** Its words, as oclif joins them: `plan`, `state:list`. */
  readonly id: string;
  /** What it does, in one line. */
  readonly summary: string;
  readonly load: () => Promise<Command.Class>;
}

/** One command line, and what it is run with. */
export interface Invocation {
  /** The words after the program's name. */
  readonly argv: readonly string[];
  readonly io: Io;
  readonly terminal: Terminal;
  readonly format: Format;
}

/** Oclif would write its debug log, with the words of the command line, to the stderr of the process where DEBUG asks for it. */
const SILENT: Interfaces.Logger = {
  namespace: 'oclif',
  child: () => SILENT,
  debug: () => undefined,
  error: () => undefined,
  info: () => undefined,
  trace: () => undefined,
  warn: () => undefined,
};

/** The commands of the registry, as a plugin of oclif. */
class RegistryPlugin extends Plugin {
  constructor(private readonly entries: readonly CommandEntry[]) {
    const pjson = packageJson() as Interfaces.PJSON;
    super({ root: packageRoot, pjson, isRoot: true, ignoreManifest: true });
  }

  override async load(): Promise<void> {
    await super.load();
    this.commands = this.entries.map(({ id, summary, load }) => ({
      ...{ id, summary, aliases: [], hiddenAliases: [], hidden: false, args: {}, flags: {} },
      // Words after those of the command are its arguments; the command itself says how many it takes.
      strict: false,
      load: async () => Object.assign(await load(), { id }),
    }));
  }
}

/** Oclif's configuration for one command line. It carries the Io of that, and reads no environment of the process. */
export class CliConfig extends Config {
  private constructor(
    readonly invocation: Invocation,
    plugin: Plugin,
  ) {
    super({ root: plugin.root, plugins: new Map([[plugin.name, plugin]]) });
  }

  /** Loads the configuration for a command line. */
  static async open(invocation: Invocation, entries: readonly CommandEntry[]): Promise<CliConfig> {
    setLogger({ root: packageRoot, logger: SILENT });
    const plugin = new RegistryPlugin(entries);
    await plugin.load();
    const config = new CliConfig(invocation, plugin);
    await config.load();
    return config;
  }

  /** No theme: there is no file to look for. */
  override loadTheme(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** No variable of the process changes how oclif works. */
  override scopedEnvVarKeys(): string[] {
    return [];
  }

  /**
   * Runs a command.
   * @throws DiagnosticError where there is none of this name; a misspelt one is suggested, never run
   */
  override runCommand<T = unknown>(
    id: string,
    argv?: string[],
    command?: Command.Loadable | null,
  ): Promise<T> {
    if (this.findCommand(id) === undefined) throw new DiagnosticError([unknownCommand(id, this)]);
    return super.runCommand(id, argv, command);
  }
}
