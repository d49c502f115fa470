import { problemError } from '../../model/index.js';
import type { DiagnosticError } from '../../model/index.js';
import { MAX_BYTES, MAX_SIZE } from '../local-file.js';

/** What is used of a stream: its bytes, and whether a person sits at its other end. */
export type InputStream = AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean | undefined };

/**
 * Reads a stream to its end, at most 16 MB.
 * @param stream standard input
 * @throws DiagnosticError where it is a terminal, which would wait silently, or where too much comes
 */
export async function readStandardInput(stream: InputStream): Promise<Uint8Array> {
  if (stream.isTTY === true)
    throw refusal(
      'Standard input is a terminal, and a value is to be read from it.',
      'Pipe the value in: pass show NAME | secrets plan',
    );
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.byteLength;
    if (size > MAX_BYTES)
      throw refusal(`More than ${MAX_SIZE} came in on standard input.`, 'Pipe the value alone in.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function refusal(summary: string, next: string): DiagnosticError {
  return problemError({ code: 'no-stdin', summary, next });
}
