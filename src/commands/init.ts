import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SecretsCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';
import { outputFlags } from '../cli/flags.js';
import { STARTER } from '../cli/starter.js';
import { DiagnosticError } from '../model/index.js';

const FILE = 'secrets.yaml';

export default class Init extends SecretsCommand {
  static override summary = 'Write a first configuration here, to be changed.';
  static override description = `Writes ${FILE} into the current folder. Never overwrites one. Exit code 0: written; 1: not.`;
  static override examples = ['<%= config.bin %> init'];
  static override flags = { 'no-color': outputFlags['no-color'] };

  protected override async work(): Promise<number> {
    await this.parse(Init);
    try {
      await writeFile(resolve(FILE), STARTER, { flag: 'wx' });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      throw new DiagnosticError([
        {
          severity: 'error',
          code: 'init',
          summary: code === 'EEXIST' ? `${FILE} is here already.` : `${FILE} cannot be written (${code}).`,
          next: code === 'EEXIST' ? 'Run: secrets validate' : 'Check the rights and the room in this folder.',
        },
      ]);
    }
    this.terminal.out(`Wrote ${FILE}. Change it, then run: secrets validate\n`);
    return EXIT.ok;
  }

  protected override renderError(): undefined {
    return undefined;
  }
}
