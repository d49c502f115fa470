import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Temporary folders that the quickstart makes: it must leave none. */
function leftovers(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('secrets-quickstart-'));
}

describe('the quickstart', () => {
  it('goes the whole circle, names what was done by hand, and leaves nothing behind', () => {
    const before = leftovers();
    const { status, stdout, stderr } = spawnSync('node', ['examples/quickstart/run.js'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, SECRETS_KEY: '' },
    });
    expect(status, stderr).toBe(0);
    const commands = [...stdout.matchAll(/^\$ secrets (\w+)/gm)].map(([, command]) => command);
    expect(commands).toEqual(['sandbox', 'validate', 'plan', 'apply', 'plan', 'drift', 'apply', 'drift']);
    const exits = [...stdout.matchAll(/^\(exit code (\d)\)$/gm)].map(([, code]) => code);
    expect(exits).toEqual(['0', '0', '0', '0', '2', '0', '0']);
    expect(stdout).toContain('No changes. Your secrets match the configuration.');
    expect(stdout).toMatch(/secret\.helios\.AWS_SECRET_KEY was changed by ben@example\.com\n +since: 20/);
    expect(stdout).toMatch(
      /AWS_SECRET_KEY\/user:chloe@example\.com was added by ben@example\.com\n +since: 20/,
    );
    expect(stdout).toContain('Apply complete! Resources: 0 added, 1 changed, 1 destroyed.');
    expect(stdout).not.toContain('rotated-by-hand');
    expect(leftovers()).toEqual(before);
  }, 180_000);
});
