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
