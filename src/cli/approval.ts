import { createInterface } from 'node:readline/promises';
import type { Environment, ProblemWords } from '../model/index.js';
import type { Input } from './io.js';
import type { Terminal } from './terminal.js';

/** Why nobody can be asked; `undefined` where somebody can. */
export function askingObstacle(
  terminal: Pick<Terminal, 'isInteractive'>,
  env: Environment,
  noInput: boolean,
): string | undefined {
  if (noInput) return '--no-input forbids to ask';
  if (!terminal.isInteractive) return 'there is no terminal to ask on';
  const ci = env['CI'] ?? '';
  return ci === '' || ci === 'false' ? undefined : 'CI is set, so nobody is asked';
}

/** What is wrong where something requires approval and nobody can be asked. */
export function nobodyToAsk(what: string, obstacle: string, next: string): ProblemWords {
  return { code: 'nobody-to-ask', summary: `${what} requires approval, and ${obstacle}.`, next };
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
