import { open, stat } from 'node:fs/promises';

import type { RealPostgres } from './server.js';

/** What a server writes to its log from now on. Other tests may use the same server, so there may be more than one expects. */
export interface ServerLog {
  /** What was written since the last call. */
  readonly next: () => Promise<string>;
  /** All that was written since the log was opened. */
  readonly all: () => Promise<string>;
}

/** Begins to follow the log of a server. */
export async function followLog({ logFile }: Pick<RealPostgres, 'logFile'>): Promise<ServerLog> {
  const begin = (await stat(logFile)).size;
  let at = begin;
  const from = async (position: number): Promise<Buffer> => {
    const file = await open(logFile, 'r');
    try {
      const length = (await file.stat()).size - position;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  };
  return {
    async next() {
      const bytes = await from(at);
      at += bytes.length;
      return bytes.toString('utf8');
    },
    all: async () => (await from(begin)).toString('utf8'),
  };
}
