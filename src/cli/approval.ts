import { createInterface } from 'node:readline/promises';
import type { Environment } from '../model/index.js';
import type { Input } from './io.js';
import type { Terminal } from './terminal.js';

/** Whether a person can be asked: not in CI, and not with `--no-input`. */
export function canAsk(
  terminal: Pick<Terminal, 'isInteractive'>,
  env: Environment,
  noInput: boolean,
): boolean {
  const isCi = (env['CI'] ?? '') !== '' && env['CI'] !== 'false';
  return terminal.isInteractive && !noInput && !isCi;
}

/**
 * Asks for approval on the terminal. Only `yes` approves; the end of the input, or Ctrl-C, does not.
 * @param stdin where the answer comes from
 * @param write writes the question
 * @param signal aborted by Ctrl-C
 */
export async function askApproval(
  stdin: Input,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  write(
    '\nDo you want to perform these actions?\n' +
      "  secrets will perform the actions described above. Only 'yes' will be accepted to approve.\n\n" +
      '  Enter a value: ',
  );
  const lines = createInterface({ input: stdin });
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
