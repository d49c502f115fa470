import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { pythonWith } from '../../support/python.js';

/** A running moto: AWS as Python has it for tests. */
export interface Moto {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Installs moto from PyPI, where that was not done before, and starts its server.
 * @param folder an empty folder
 * @returns the server, or why there is none
 */
export async function startMoto(folder: string): Promise<Moto | { readonly skipped: string }> {
  const installed = await pythonWith(['moto[secretsmanager,ssm]', 'flask', 'flask-cors']);
  if ('skipped' in installed) return installed;
  // The system chooses the port.
  const child = spawn(installed.python, ['-u', '-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own word for "store in memory alone, and call nobody".
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
  });
  const ended = new Promise<void>((resolve) =>
    child.on('close', () => {
      resolve();
    }),
  );
  for await (const line of createInterface(child.stderr)) {
    const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stderr.resume();
    return {
      url,
      stop: () => {
        child.kill('SIGKILL');
        return ended;
      },
    };
  }
  await ended;
  return { skipped: 'moto is installed, and its server does not start' };
}
