import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeProject } from '../support/project.js';
import { canary } from '../support/site.js';

const MAIN = `version: 1
stack: paths
providers: { laptop: { type: duckdb, secret_directory: ./store } }
`;
const MORE = `duckdb_secrets:
  proxy: { type: http, sensitive: { bearer_token: { file: ./token.txt } } }
`;

it('a relative path of a configuration starts at the folder of the file that contains it', async () => {
  const project = await makeProject({
    'main/secrets.yaml': MAIN,
    'team/secrets.yaml': MORE,
    'team/token.txt': canary('token'),
  });
  onTestFinished(project.remove);
  const files = ['-f', 'main/secrets.yaml', '-f', 'team/secrets.yaml'];
  const applied = await project.run('apply', '--auto-approve', ...files);
  expect(applied.stderr).not.toContain('Error:');
  expect(applied.code).toBe(0);
  expect(await readdir(join(project.folder, 'main/store'))).toEqual(['proxy.duckdb_secret']);
  expect(await readdir(join(project.folder, 'main/.secrets'))).toContain('paths.state.json');
  expect((await readdir(project.folder)).sort()).toEqual(['main', 'team']);
  expect((await project.run('plan', '--detailed-exitcode', ...files)).code).toBe(0);
});

it.each([
  [
    'a provider',
    'providers: { w: { type: postgres, host: 127.0.0.1, sslmode: verify-full, sslrootcert: ./ca.pem } }\n',
    '',
    /Error: .*main\/ca\.pem/,
  ],
  [
    'the state',
    'state: { backend: postgres, host: 127.0.0.1, port: 1, sslmode: verify-full, sslrootcert: ./ca.pem }\n',
    '',
    /main\/ca\.pem/,
  ],
] as const)('the authorities of %s too', async (_title, text, _more, says) => {
  const project = await makeProject({ 'main/secrets.yaml': `version: 1\nstack: paths\n${text}` });
  onTestFinished(project.remove);
  const { code, stderr } = await project.run('plan', '-f', 'main/secrets.yaml');
  expect(stderr).toMatch(says);
  expect(code).not.toBe(0);
});
