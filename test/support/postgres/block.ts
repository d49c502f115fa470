import { afterAll, beforeAll, beforeEach, describe } from 'vitest';

import { needs } from '../services.js';
import { canShare, leasePostgres } from './lease.js';
import { startRealPostgres } from './server.js';
import type { RealPostgres, RealPostgresOptions } from './server.js';

/** How a block's tests meet their servers; all of them where a field is absent. */
export interface BlockOptions extends Pick<RealPostgresOptions, 'settings' | 'standIn'> {
  /** The servers to run on: all by default; one where nothing depends on the version. */
  readonly versions?: readonly (15 | 18)[];
  /** A server of the block's own: for tests that change what belongs to the whole server, or read its log. */
  readonly own?: boolean;
}

/**
 * Runs the same tests on each PostgreSQL that this machine has: on the servers that all files share, or, where that is asked
 * for or settings need it, on servers of their own. Where a version is missing its tests are skipped, with the reason.
 */
export function onEachPostgres(
  title: string,
  { versions = [18, 15], own = false, settings = {}, standIn = true }: BlockOptions,
  tests: (server: () => RealPostgres, version: 15 | 18) => void,
): void {
  describe.each(versions)(`${title} (PostgreSQL %i)`, (version) => {
    let server: RealPostgres | undefined;
    let missing = '';
    beforeAll(async () => {
      const options = { version, standIn, settings };
      const opened = await (own || !canShare(settings) ? startRealPostgres(options) : leasePostgres(options));
      if ('skipped' in opened) missing = opened.skipped;
      else server = opened;
    });
    beforeEach((context) => {
      needs(context, `PostgreSQL ${version}`, server === undefined ? missing : undefined);
    });
    afterAll(async () => {
      await server?.stop();
    });
    tests(() => {
      if (server === undefined) throw new Error('no such server here');
      return server;
    }, version);
  });
}
