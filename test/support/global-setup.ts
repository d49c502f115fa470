import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestProject } from 'vitest/node';

import { generateIfStale } from './generated.js';
import { shareServers } from './postgres/shared.js';
import type { SharedRequest } from './postgres/shared.js';
import { openScratch } from './scratch.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a test asks for what all test files share. */
    readonly services: string;
  }
}

/**
 * Runs once, before any test: makes what is generated, gives temporary files a fast place, and stands by to start what test
 * files share. Nothing is started that no test asks for.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  generateIfStale();
  const scratch = openScratch();
  const servers = shareServers();
  const services = createServer((request, response) => {
    text(request)
      .then((body) => servers.get(JSON.parse(body) as SharedRequest))
      .catch((error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }))
      .then((answer) => response.end(JSON.stringify(answer)))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => services.listen(0, '127.0.0.1', resolve));
  const { port } = services.address() as AddressInfo;
  project.provide('services', `http://127.0.0.1:${String(port)}`);
  return async () => {
    services.closeAllConnections();
    services.close();
    await servers.stop();
    scratch.remove();
  };
}
