import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EngineCommand } from '../cli/engine-command.js';
import { EXIT } from '../cli/exit.js';
import { outputFlags } from '../cli/flags.js';
import { STARTER } from '../cli/starter.js';
import { errorCode, problemError } from '../model/index.js';

const FILE = 'secrets.yaml';

export class InitCommand extends EngineCommand {
  static override readonly description = `Writes ${FILE} to the current folder. An existing file is never overwritten.\nExit code 0: written; 1: error.`;
  static override readonly examples = ['secrets init'];
  static override readonly document = 'init';
  static override readonly flags = outputFlags;

  override async run(): Promise<number> {
    await this.parse(InitCommand);
    try {
      await writeFile(resolve(this.cli.io.cwd, FILE), STARTER, { flag: 'wx' });
    } catch (error) {
      throw notWritten(errorCode(error) ?? 'unknown error');
    }
    this.cli.render({ kind: 'init', status: 'ok', diagnostics: [], file: FILE });
    return EXIT.ok;
  }
}

function notWritten(code: string): Error {
  return code === 'EEXIST'
    ? problemError({ code: 'init', summary: `${FILE} already exists.`, next: 'Run: secrets validate' })
    : problemError({
        code: 'init',
        summary: `Cannot write ${FILE} (${code}).`,
        next: 'Check the permissions of this folder, and the free space on its disk.',
      });
}
