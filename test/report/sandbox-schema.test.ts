import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { problemsOf, validatorOf } from './schemas.js';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** Starts the sandbox of the built program, takes its line, and stops it. */
async function lineOfSandbox(...flags: readonly string[]): Promise<{ line: string; code: number | null }> {
  const child = spawn(process.execPath, ['--', bin, 'sandbox', '--json', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    const lines = createInterface({ input: child.stdout });
    const line = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      void ended.then((code) => {
        reject(new Error(`the sandbox ended with ${code ?? 'a signal'}; is the program built?`));
      });
    });
    child.kill('SIGTERM');
    return { line, code: await ended };
  } finally {
    child.kill('SIGKILL');
  }
}

describe('sandbox --json', () => {
  it('prints one line that is as its schema says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secrets-schema-'));
    try {
      const envFile = join(folder, 'sandbox.env');
      const { line, code } = await lineOfSandbox('--env-file', envFile);
      const document = JSON.parse(line) as Record<string, unknown>;
      expect(problemsOf(validatorOf('sandbox'), document)).toEqual([]);
      expect(document['envFile']).toBe(envFile);
      expect(code).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
