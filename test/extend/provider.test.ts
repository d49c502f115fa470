import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema/index.js';
import { credentialVariables, withExtensions } from '../../src/engine/index.js';
import { languageParts } from '../../src/engine/language-parts.js';
import { runInProcess } from '../support/cli.js';
import type { FinishedCli } from '../support/cli.js';
import { MailServer, mailProvider } from './toy-provider.js';

const CANARY = 'cAn4ry of the mailbox';
const HEAD = 'version: 1\nstack: toy\nproviders: { post: { type: mail, host: mail.example.com } }\n';

let folder: string;
let server: MailServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-extend-'));
  server = new MailServer();
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Runs a command with a configuration of these mailboxes. */
async function run(argv: readonly string[], mailboxes: string): Promise<FinishedCli> {
  await writeFile(join(folder, 'secrets.yaml'), `${HEAD}${mailboxes}`);
  const finished = await runInProcess(argv, {
    cwd: folder,
    env: { HOME: folder, MAIL_PASSWORD: CANARY, SECRETS_KEY: '00'.repeat(32) },
    extensions: withExtensions({ providers: [mailProvider(server)] }),
  });
  expect(`${finished.stdout}${finished.stderr}`).not.toContain(CANARY);
  return finished;
}

const MAILBOXES =
  'mailboxes: { info: { value: { env: MAIL_PASSWORD }, quota: 1GB, aliases: [sales, help] } }\n';

describe('a provider from outside', () => {
  it('is checked by the schema, the section and the audit, at the lines', async () => {
    expect(await run(['validate'], MAILBOXES)).toMatchObject({ code: 0 });
    const { code, stderr } = await run(
      ['validate'],
      'mailboxes:\n  info: { value: hunter2, qouta: 1GB, aliases: [help, help] }\n',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('`mailboxes.info.value` is sensitive');
    expect(stderr).toContain('Did you mean `quota`?');
    expect(stderr).toContain('`help` appears twice in this list.');
    expect(stderr).toMatch(/info: \{ value: •+, qouta: •+, aliases: \[help, help\] \}/);
    expect(stderr).not.toContain('hunter2');
    const long = await run(
      ['validate'],
      `mailboxes: { ${'a'.repeat(21)}: { value: { env: MAIL_PASSWORD } } }\n`,
    );
    expect(long).toMatchObject({ code: 1 });
    expect(long.stderr).toContain('A mailbox has at most 20 letters.');
  });

  it('is planned, applied and found true; the list of aliases is authoritative', async () => {
    const planned = await run(['plan', '--detailed-exitcode'], MAILBOXES);
    expect(planned).toMatchObject({ code: 2 });
    expect(planned.stdout).toContain('mailbox.post.info');
    expect(planned.stdout).toContain('Plan: 3 to add, 0 to change, 0 to destroy.');
    expect(await run(['apply', '--auto-approve'], MAILBOXES)).toMatchObject({ code: 0 });
    const mailbox = server.mailboxes.get('info');
    expect(mailbox).toMatchObject({ password: CANARY, quota: '1GB' });
    expect([...(mailbox?.aliases ?? [])].sort()).toEqual(['help', 'sales']);
    expect(await run(['plan', '--detailed-exitcode'], MAILBOXES)).toMatchObject({ code: 0 });

    mailbox?.aliases.add('spam');
    const drifted = await run(['drift'], MAILBOXES);
    expect(drifted).toMatchObject({ code: 2 });
    expect(drifted.stdout).toContain('mail_alias.post.info/spam');
    expect(await run(['apply', '--auto-approve'], MAILBOXES)).toMatchObject({ code: 0 });
    expect([...(mailbox?.aliases ?? [])].sort()).toEqual(['help', 'sales']);
    expect(await run(['drift'], MAILBOXES)).toMatchObject({ code: 0 });

    expect(await run(['apply', '--auto-approve', '--max-deletes', '3'], '')).toMatchObject({ code: 0 });
    expect(server.mailboxes.size).toBe(0);
  });

  it('takes values from other entries of its section', async () => {
    const both = `${MAILBOXES.trimEnd().slice(0, -1)}, copy: { value: { secret: info } } }\n`;
    const { stdout, code } = await run(['graph'], both);
    expect(code).toBe(0);
    expect(stdout).toContain('mailbox.post.copy');
    expect(await run(['apply', '--auto-approve'], both)).toMatchObject({ code: 0 });
    expect(server.mailboxes.get('copy')?.password).toBe(CANARY);
  });

  it('is pulled as a configuration that takes over what exists', async () => {
    server.create('info', CANARY, '1GB').aliases.add('sales');
    const { code, stdout } = await run(['pull'], '');
    expect(code).toBe(0);
    expect(stdout.replace(/^#.*\n/gm, '')).toBe(
      [
        'mailboxes:',
        '  info:',
        '    provider: post',
        '    value:',
        '      env: INFO_PASSWORD',
        '    quota: 1GB',
        '    lifecycle:',
        '      adopt: true',
        '    aliases:',
        '      - sales',
        '',
      ].join('\n'),
    );
    const adopted = stdout.replace('INFO_PASSWORD', 'MAIL_PASSWORD');
    expect(await run(['apply', '--auto-approve'], adopted)).toMatchObject({ code: 0 });
    expect(await run(['plan', '--detailed-exitcode'], adopted)).toMatchObject({ code: 0 });
  });

  it('has no credential in its open fields, and no generated text in a strict check', async () => {
    const withQuota = (quota: string): string =>
      `mailboxes: { info: { value: { env: MAIL_PASSWORD }, quota: "${quota}" } }\n`;
    const refused = await run(['validate'], withQuota(`user=a password=${CANARY}`));
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('This text looks like a password.');
    const generated = withQuota('x7Kq2Lm9Vt4Rz8Pw3Nc6');
    const lenient = await run(['validate'], generated);
    expect(lenient).toMatchObject({ code: 0 });
    expect(lenient.stderr).toContain('Warning: This text looks generated');
    const strict = await run(['validate', '--strict'], generated);
    expect(strict).toMatchObject({ code: 1 });
    expect(strict.stderr).toContain('Error: This text looks generated');
    expect(JSON.parse((await run(['validate', '--strict', '--json'], generated)).stdout)).toMatchObject({
      status: 'error',
    });
    const declared = generated.replace('quota:', 'lifecycle: { not_secret: [quota] }, quota:');
    expect(await run(['validate', '--strict'], declared)).toMatchObject({ code: 0 });
  });

  it('is in the JSON Schema, and its credentials are masked', async () => {
    const extensions = withExtensions({ providers: [mailProvider(server)] });
    const { editor } = await configSchema(languageParts(extensions));
    expect(editor['properties']).toHaveProperty('mailboxes');
    expect(editor['$defs']).toHaveProperty('mailbox.properties.quota.description');
    expect(JSON.stringify(editor['$defs'])).toContain('"const":"mail"');
    expect(credentialVariables(extensions)).toContain('MAIL_TOKEN');
  });
});
