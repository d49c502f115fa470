import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeProject } from '../support/project.js';

const SHORT = 'UYSoRgq3C7so';
const HEAD = 'stack: leaks\nproviders: { helios: { type: singlestore } }\n';

it.each([
  ['a value transform', `version: 1\n${HEAD}secrets: { A: { value: { file: x, base64: ${SHORT} } } }\n`],
  [
    'a lifecycle',
    `version: 1\n${HEAD}secrets: { A: { value: { env: X }, lifecycle: { protect: ${SHORT} } } }\n`,
  ],
  ['the version', `version: ${SHORT}\n${HEAD}`],
])('a short value pasted where a word of the language belongs is not told: %s', async (_, text) => {
  const project = await makeProject({ 'secrets.yaml': text });
  onTestFinished(project.remove);
  const { code, stdout, stderr } = await project.run('validate');
  expect(code).toBe(1);
  expect(stderr).toMatch(/secrets\.yaml:\d+:\d+/);
  expect(stdout + stderr).not.toContain(SHORT);
});

const TOKEN = 'wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEY';

/** Checks a configuration with a token in it; gives what is shown. */
async function shownOf(text: string): Promise<string> {
  const project = await makeProject({ 'secrets.yaml': text });
  onTestFinished(project.remove);
  const results = [
    await project.run('validate'),
    await project.run('plan'),
    await project.run('validate', '--json'),
  ];
  return results.map(({ stdout, stderr }) => stdout + stderr).join('\n');
}

const withValue = (value: string): string => `version: 1\n${HEAD}secrets: { A: { value: ${value} } }\n`;

it.each<readonly [string, string]>([
  ['the name of another secret', withValue(`{ secret: '${TOKEN}' }`)],
  ['a command line', withValue(`{ exec: "curl -H 'Authorization: Bearer ${TOKEN}'" }`)],
  ['a key in a document', withValue(`{ sops: x.yaml, key: ${TOKEN}, keys: 1 }`)],
  ['a variable', withValue(`{ env: ${TOKEN}, trimm: true }`)],
  ['a path', withValue(`{ file: ${TOKEN}, trimm: true }`)],
  [
    'a token in a URL',
    `version: 1\nstack: leaks\nproviders: { helios: { type: singlestore, base_url: "https://${TOKEN}@api.example.com" } }\n`,
  ],
  ...['/', '?', '#'].map(
    (mark) =>
      [
        `a password of a URL with ${mark}`,
        `version: 1\nstack: leaks\nproviders: { wh: { type: postgres, url: "postgres://ci:${TOKEN}${mark}x@db.example.com/ops" } }\n`,
      ] as const,
  ),
])('a value pasted where a word belongs is not told: %s', async (_, text) => {
  expect(await shownOf(text)).not.toContain(TOKEN);
});

it('the typo itself is shown', async () => {
  const text = await shownOf(withValue('{ evn: HF_TOKEN }'));
  expect(text).toContain('{ evn: ••••••••');
  expect(await shownOf(withValue(`{ file: inputs/token.txt, trimm: true }`))).toContain(
    'file: inputs/token.txt, trimm: ',
  );
});

it('nothing of a file elsewhere is shown, which a link makes a configuration', async () => {
  const elsewhere = await makeProject({});
  const project = await makeProject({});
  onTestFinished(async () => {
    await Promise.all([elsewhere.remove(), project.remove()]);
  });
  await writeFile(join(elsewhere.folder, 'config'), 'machine: api\npassword: hunter\nlogin: [deploy\n');
  await symlink(join(elsewhere.folder, 'config'), join(project.folder, 'secrets.yaml'));
  const { code, stdout, stderr } = await project.run('validate');
  expect(code).toBe(1);
  expect(stdout + stderr).not.toMatch(/machine|password|hunter|login|deploy/);
  await writeFile(join(elsewhere.folder, 'config'), 'machine: api\npassword: hunter\nlogin: deploy\n');
  const whole = await project.run('validate', '--json');
  expect(whole.code).toBe(1);
  expect(whole.stdout + whole.stderr).not.toMatch(/machine|password|hunter|deploy/);
});
