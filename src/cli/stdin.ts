import { readStandardInput } from '../engine/index.js';

let reading: Promise<Uint8Array> | undefined;

/**
 * Reads standard input to its end, for values that come that way: once for the whole process, however often it is asked for.
 * @throws DiagnosticError where it is a terminal, or holds too much
 */
export function readStdin(): Promise<Uint8Array> {
  reading ??= readStandardInput(process.stdin);
  return reading;
}
