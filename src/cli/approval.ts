import { createInterface } from 'node:readline/promises';
import type { Terminal } from './terminal.js';

/** Whether somebody sits at the keyboard: nobody does in CI, or where `--no-input` says so. */
export function canAsk(terminal: Terminal, noInput: boolean): boolean {
  const isCi = (process.env['CI'] ?? '') !== '' && process.env['CI'] !== 'false';
  return terminal.isInteractive && !noInput && !isCi;
}

/**
 * Asks for approval on the terminal. Only `yes` approves; the end of the input, or Ctrl-C, does not.
 * @param say where the question is written
 */
export async function askApproval(say: (text: string) => void): Promise<boolean> {
  say(
    '\nDo you want to perform these actions?\n' +
      "  secrets will do what is described above. Only 'yes' will be accepted to approve.\n\n" +
      '  Enter a value: ',
  );
  const lines = createInterface({ input: process.stdin });
  const stop = new AbortController();
  lines.once('close', () => {
    stop.abort();
  });
  try {
    return (await lines.question('', { signal: stop.signal })).trim() === 'yes';
  } catch {
    return false;
  } finally {
    lines.close();
  }
}
