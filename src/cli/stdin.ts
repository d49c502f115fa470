import { DiagnosticError } from '../model/index.js';

/** More than any value may have; a pipe that never ends is not read into memory. */
const MAX_BYTES = 16 * 1024 * 1024;

let reading: Promise<Uint8Array> | undefined;

/**
 * Reads standard input to its end. What is read once is read for the whole process.
 * @throws DiagnosticError where it is a terminal, or holds too much
 */
export function readStdin(): Promise<Uint8Array> {
  reading ??= read();
  return reading;
}

async function read(): Promise<Uint8Array> {
  if (process.stdin.isTTY) {
    throw problem('Standard input is a terminal.', 'Pipe the value in: printf %s "$VALUE" | secrets …');
  }
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array);
    total += bytes.length;
    if (total > MAX_BYTES) throw problem('Standard input holds more than 16 MB.', 'Check what is piped in.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function problem(summary: string, next: string): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', code: 'stdin', summary, next }]);
}
