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
 * @param signal aborted by Ctrl-C
 */
export async function askApproval(say: (text: string) => void, signal: AbortSignal): Promise<boolean> {
  say(
    '\nDo you want to perform these actions?\n' +
      "  secrets will do what is described above. Only 'yes' will be accepted to approve.\n\n" +
      '  Enter a value: ',
  );
  const lines = createInterface({ input: process.stdin });
  const end = new AbortController();
  lines.once('close', () => {
    end.abort();
  });
  try {
    return (await lines.question('', { signal: AbortSignal.any([end.signal, signal]) })).trim() === 'yes';
  } catch {
    return false;
  } finally {
    lines.close();
  }
}
