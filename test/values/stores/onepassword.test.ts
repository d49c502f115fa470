import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOnePassword } from '../../../src/values/onepassword/read.js';
import type { AnyReading } from '../../../src/values/reading.js';
import { CANARY, contextOf, problemOf, textOf } from './context.js';

/*
 * A program named `op` that behaves as 1Password documents its own: `op read --no-newline REFERENCE` prints the field, and nothing
 * after it; a failure is exit code 1 and one line on standard error, `[ERROR] DATE TIME WORDS`. It notes down how it was called.
 */
const OP = `#!${process.execPath}
const { writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
writeFileSync(process.env.OP_NOTES, JSON.stringify({ args, key: process.env.SECRETS_KEY ?? null, pid: process.pid }));
const value = process.env.OP_VALUE;
const fail = (words) => {
  process.stderr.write('[ERROR] 2026/01/02 03:04:05 ' + words + ' ' + value + '\\n');
  process.exit(1);
};
const could = "could not read secret '" + args.at(-1) + "': ";
const field = args.at(-1).split('/').at(-1);
const words = {
  signedOut: 'You are not currently signed in. Please run \`op signin --help\` for instructions',
  noAccounts: 'No accounts configured for use with 1Password CLI.',
  token: could + 'error initializing client: (401) Unauthorized: the service account token is invalid',
  vault: could + '"not signed in" isn\\'t a vault in this account. Specify the vault with its ID or name.',
  item: could + '"Database" isn\\'t an item in the "main" vault. Specify the item with its UUID, name, or domain.',
  field: could + "item 'main/Database' does not have a field 'nope'",
  twice: could + 'More than one item matches "Database". Try again and specify the item by its ID:',
  syntax: could + "invalid secret reference 'op://x': too few '/': secret references should match",
  offline: could + 'dial tcp: lookup my.1password.com: no such host',
  strange: 'panic: something new',
};
if (args[0] !== 'read' || args[1] !== '--no-newline' || args.length !== 3) fail('unknown command');
else if (field in words) fail(words[field]);
else if (field === 'hang') setInterval(() => {}, 1000);
else if (field === 'flood') { const more = () => { while (process.stdout.write(Buffer.alloc(65536, 'x'))); process.stdout.once('drain', more); }; more(); }
else if (field === 'killed') process.kill(process.pid, 'SIGKILL');
else process.stdout.write(field === 'binary' ? Buffer.from([0, 255, 128]) : value);
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-op-'));
  await writeFile(join(folder, 'op'), OP);
  await chmod(join(folder, 'op'), 0o755);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function read(reference: string, timeoutMs?: number, signal?: AbortSignal): Promise<AnyReading> {
  const env = { PATH: folder, OP_NOTES: join(folder, 'notes'), OP_VALUE: CANARY, SECRETS_KEY: 'our own key' };
  return readOnePassword({ from: 'onepassword', reference }, contextOf(env, signal), timeoutMs);
}

async function notes(): Promise<{ args: readonly string[]; key: string | null; pid: number }> {
  return JSON.parse(await readFile(join(folder, 'notes'), 'utf8')) as Awaited<ReturnType<typeof notes>>;
}

describe('op read', () => {
  it.each(['op://main/Database/password', 'op://a b/$(touch x); "c"/ünï?attribute=otp'])(
    'reads %s, without a shell',
    async (reference) => {
      expect(textOf(await read(reference))).toBe(CANARY);
      expect(await notes()).toMatchObject({ args: ['read', '--no-newline', reference], key: null });
    },
  );

  it('gives bytes as they are', async () => {
    const reading = await read('op://main/Database/binary');
    expect('bytes' in reading && reading.bytes).toEqual(Buffer.from([0, 255, 128]));
  });

  it.each([
    ['signedOut', 'store-denied', 'op is not signed in'],
    ['noAccounts', 'store-denied', 'op is not signed in'],
    ['token', 'store-denied', '1Password does not let this account read it'],
    ['vault', 'store-missing', 'no such vault, item or field'],
    ['item', 'store-missing', 'no such vault, item or field'],
    ['field', 'store-missing', 'no such vault, item or field'],
    ['twice', 'store-reference', 'more than one item has this name'],
    ['syntax', 'store-reference', 'op does not accept this reference'],
    ['offline', 'store-unreachable', 'op cannot connect to 1Password'],
    ['strange', 'store-answer', 'op failed (exit code 1)'],
    ['killed', 'store-answer', 'op failed (signal SIGKILL)'],
    ['flood', 'store-answer', 'it is larger than 16 MB'],
  ])('says what %s means', async (field, code, why) => {
    const reference = `op://main/Database/${field}`;
    const problem = problemOf(await read(reference));
    expect(problem).toMatchObject({
      code,
      summary: `The 1Password reference ${reference} cannot be read: ${why}.`,
    });
  });

  it.each(['--help', 'main/Database/password', 'op://', 'op://a/b\nc', 'https://op://x'])(
    'does not run op for %j',
    async (reference) => {
      await rm(join(folder, 'notes'), { force: true });
      expect(problemOf(await read(reference)).code).toBe('store-reference');
      await expect(notes()).rejects.toThrow('ENOENT');
    },
  );

  it('ends op when its time is up, and when the user stops the run', async () => {
    await rm(join(folder, 'notes'), { force: true });
    const late = problemOf(await read('op://main/Database/hang', 5000));
    expect(late.summary).toContain('no response within 5 s');
    await expectEnded((await notes()).pid);
    await rm(join(folder, 'notes'));
    const stop = new AbortController();
    const running = read('op://main/Database/hang', undefined, stop.signal);
    await expect
      .poll(
        () =>
          notes().then(
            ({ pid }) => pid > 0,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    stop.abort();
    expect(problemOf(await running).code).toBe('store-stopped');
    await expectEnded((await notes()).pid);
  });

  it('says what to install where there is no op, and what is wrong where it does not start', async () => {
    const source = { from: 'onepassword', reference: 'op://a/b/c' } as const;
    const absent = problemOf(await readOnePassword(source, contextOf({ PATH: join(folder, 'none') })));
    expect(absent.summary).toContain('the program op is not installed');
    expect(absent.next).toContain('https://developer.1password.com/docs/cli');
    const bad = await mkdtemp(join(folder, 'bad-'));
    await writeFile(join(bad, 'op'), '#!/nowhere/at/all\n', { mode: 0o755 });
    expect(problemOf(await readOnePassword(source, contextOf({ PATH: bad }))).code).toBe('store-setup');
  });
});

async function expectEnded(pid: number): Promise<void> {
  const isThere = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  await expect.poll(isThere, { timeout: 20_000 }).toBe(false);
}
