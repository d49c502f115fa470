import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defineCommand } from '../cli/definition.js';
import { EXIT } from '../cli/exit.js';
import { outputFlags } from '../cli/flags.js';
import { STARTER } from '../cli/starter.js';
import { errorCode, problemError } from '../model/index.js';

const FILE = 'secrets.yaml';

export const init = defineCommand({
  description: `Writes ${FILE} to the current folder. An existing file is never overwritten.\nExit code 0: written; 1: error.`,
  examples: ['init'],
  document: 'init',
  flags: outputFlags,
  work: async (_given, run) => {
    try {
      await writeFile(resolve(run.io.cwd, FILE), STARTER, { flag: 'wx' });
    } catch (error) {
      throw notWritten(errorCode(error) ?? 'unknown error');
    }
    run.render({ kind: 'init', status: 'ok', diagnostics: [], file: FILE });
    return EXIT.ok;
  },
});

function notWritten(code: string): Error {
  return code === 'EEXIST'
    ? problemError({ code: 'init', summary: `${FILE} already exists.`, next: 'Run: secrets validate' })
    : problemError({
        code: 'init',
        summary: `Cannot write ${FILE} (${code}).`,
        next: 'Check the permissions of this folder, and the free space on its disk.',
      });
}
