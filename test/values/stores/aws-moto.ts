import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A running moto: AWS as Python has it for tests. */
export interface Moto {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Installs moto from PyPI into a virtual environment and starts its server.
 * @param folder an empty folder
 * @returns the server, or why there is none
 */
export async function startMoto(folder: string): Promise<Moto | { readonly skipped: string }> {
  const python = join(folder, 'bin', 'python');
  try {
    const run = promisify(execFile);
    await run('python3', ['-m', 'venv', folder], { timeout: 60_000 });
    const packages = ['moto[secretsmanager,ssm]', 'flask', 'flask-cors'];
    await run(python, ['-m', 'pip', 'install', '--quiet', '--no-input', ...packages], { timeout: 170_000 });
  } catch (error) {
    const words = (error instanceof Error ? error.message : String(error)).split('\n');
    return {
      skipped: `moto cannot be installed here: ${words
        .filter((line) => line.trim() !== '')
        .slice(0, 3)
        .join(' ')}`,
    };
  }
  const port = await freePort();
  const child = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    // Its own word for "store in memory alone, and call nobody".
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
  });
  const ended = new Promise<void>((resolve) =>
    child.on('close', () => {
      resolve();
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300; tries += 1) {
    const isUp = await fetch(`${url}/moto-api/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) {
      return {
        url,
        stop: () => {
          child.kill('SIGKILL');
          return ended;
        },
      };
    }
    if (child.exitCode !== null) break;
    await pause(100);
  }
  child.kill('SIGKILL');
  await ended;
  return { skipped: 'moto is installed, and its server does not start' };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
