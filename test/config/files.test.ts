import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSources } from '../../src/config/index.js';

let cwd = '';
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'secrets-files-'));
  await Promise.all(
    ['conf/sub', 'empty', 'yml'].map((folder) => mkdir(join(cwd, folder), { recursive: true })),
  );
  const files = [
    'conf/b.yaml',
    'conf/a.yml',
    'conf/.hidden.yaml',
    'conf/readme.md',
    'conf/sub/c.yaml',
    'yml/secrets.yml',
    'huge.yaml',
  ];
  await Promise.all(files.map((name) => writeFile(join(cwd, name), `# ${name}\n`)));
  await truncate(join(cwd, 'huge.yaml'), 50 * 1024 * 1024);
  await symlink('loop.yaml', join(cwd, 'loop.yaml'));
});
afterAll(() => rm(cwd, { recursive: true }));

/** The paths found, and what is said, with the temporary folder written as CWD. */
async function find(args: readonly string[], folder = ''): Promise<{ paths: string[]; said: string[] }> {
  const { sources, diagnostics } = await findSources(args, { cwd: join(cwd, folder) });
  const said = diagnostics.map(({ summary, next }) => `${summary} → ${next ?? ''}`.replaceAll(cwd, 'CWD'));
  return { paths: sources.map(({ path }) => path.replaceAll(cwd, 'CWD')), said };
}

describe('finding the files', () => {
  it.each([
    ['a folder: its own YAML files by name', ['conf'], ['conf/a.yml', 'conf/b.yaml']],
    ['files in their order, each once', ['conf/b.yaml', 'conf'], ['conf/b.yaml', 'conf/a.yml']],
    ['a pattern', ['conf/**/*.yaml'], ['conf/b.yaml', 'conf/sub/c.yaml']],
  ])('takes %s', async (_, args, paths) => {
    expect(await find(args)).toEqual({ paths, said: [] });
  });

  it('takes secrets.yml of the current folder where nothing is named, and shows paths outside in full', async () => {
    expect(await find([], 'yml')).toEqual({ paths: ['secrets.yml'], said: [] });
    expect((await find(['../conf/b.yaml'], 'yml')).paths).toEqual(['CWD/conf/b.yaml']);
  });

  it.each([
    [
      'nothing there',
      [],
      'No configuration here: looked for secrets.yaml and secrets.yml in CWD. → Name a file or folder with -f, or write a first configuration with `secrets init`.',
    ],
    [
      'a folder without YAML',
      ['empty'],
      'The folder empty contains no YAML file. → Name a folder that holds *.yaml or *.yml files (folders in it are not looked into), or a file.',
    ],
    [
      'a misspelt file',
      ['conf/bb.yaml'],
      'conf/bb.yaml cannot be read: it does not exist. → Did you mean b.yaml?',
    ],
    [
      'a pattern that nothing fits',
      ['x*.yaml'],
      'No file matches x*.yaml. → Check the pattern, and the current folder.',
    ],
    [
      'a file of 50 MB',
      ['huge.yaml'],
      'huge.yaml is too large: a configuration file may have at most 2 MiB. → Check that it is the right file; a long configuration can be split over several files.',
    ],
    [
      'a device',
      ['/dev/zero'],
      '/dev/zero is not a regular file. → Name a file, a folder or a pattern after -f.',
    ],
    [
      'links in a circle',
      ['loop.yaml'],
      'loop.yaml cannot be read: its symbolic links form a loop. → Check the path after -f.',
    ],
  ])('says what is wrong with %s', async (_, args, said) => {
    expect(await find(args)).toEqual({ paths: [], said: [said] });
  });
});
