import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/model/index.js';
import { importOptional } from '../../../src/values/optional.js';
import { readInChild, said } from './child.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-optional-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('says what to install, for every SDK, where the tool is installed without them', async () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  for (const part of [
    'src/files',
    'src/model',
    'src/net',
    'src/values',
    'test/values/stores',
    'package.json',
  ]) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  const readings = await readInChild(
    [
      { from: 'aws_secret', id: 'app' },
      { from: 'aws_parameter', name: '/app' },
      { from: 'gcp', resource: 'projects/p/secrets/s/versions/1' },
      { from: 'azure', vault: 'main', name: 'app' },
    ],
    { env: { HOME: folder }, program: join(folder, 'test/values/stores/read-in-child.ts') },
  );
  const missing = (what: string, name: string): string =>
    `missing-package: ${what} are read with the package ${name}, which is not installed.`;
  expect(readings.map(said)).toEqual([
    missing('Secrets of AWS Secrets Manager', '@aws-sdk/client-secrets-manager'),
    missing('Parameters of AWS Systems Manager', '@aws-sdk/client-ssm'),
    missing('Secrets of Google Cloud', '@google-cloud/secret-manager'),
    missing('Secrets of Azure Key Vault', '@azure/identity'),
  ]);
  expect(readings[0]?.problem).toMatchObject({
    next: 'Install it beside this tool: npm install @aws-sdk/client-secrets-manager',
  });
});

it('says of a package that is damaged that it is, and not what it says itself', async () => {
  const path = join(folder, 'damaged.mjs');
  await writeFile(path, 'throw new Error("cAn4ry");');
  const load = (): Promise<unknown> => import(pathToFileURL(path).href);
  const error: unknown = await importOptional('damaged', load, 'Secrets').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DiagnosticError);
  expect(error).toMatchObject({
    diagnostics: [
      {
        code: 'broken-package',
        summary: 'The package damaged is installed, but cannot be loaded (it fails while it starts).',
        next: 'Install it again: npm install damaged',
      },
    ],
  });
});

it('gives the module itself where it is there', async () => {
  const module = await importOptional('yaml', () => import('yaml'), 'Secrets');
  expect(module.parse('a: 1')).toEqual({ a: 1 });
});
