import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const DOCUMENTS = ['CONTRIBUTING.md', 'docs/architecture.md', 'README.md'];

/** Folders of the repository: code in backticks that starts with one of them is a path. */
const PATH = /`\.?\/?((?:src|test|docs|schemas|examples|bin)\/[^`\s<>…*$]*|\.dependency-cruiser\.cjs)`/g;
const LINK = /\]\((?!https?:)([^)#]+)\)/g;
const SCRIPT = /\bnpm (?:run ([\w:-]+)|(test)\b)/g;

const read = (file: string): Promise<string> => readFile(join(ROOT, file), 'utf8');
const found = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, first, second]) => first ?? second ?? '')),
];

describe.each(DOCUMENTS)('%s', (file) => {
  it('names files and folders that exist', async () => {
    const text = await read(file);
    const folder = join(ROOT, file, '..');
    const paths = [
      ...found(text, PATH).map((path) => join(ROOT, path)),
      ...found(text, LINK).map((path) => join(folder, path)),
    ];
    const missing: string[] = [];
    for (const path of paths) await access(path).catch(() => missing.push(path.slice(ROOT.length + 1)));
    expect(missing).toEqual([]);
    expect(paths.length).toBeGreaterThan(1);
  });

  it('names npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as {
      readonly scripts: Record<string, string>;
    };
    const named = found(await read(file), SCRIPT);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

it('the architecture says where to look for what people ask', async () => {
  const text = await read('docs/architecture.md');
  for (const question of [
    'rotation warnings',
    "the lock's heartbeat",
    'how a `credential_chain` server is checked',
    "what a team's members are",
    'where exit code 3 comes from',
    '**A provider**',
    '**A value source**',
    '**A state backend**',
    '**An output format**',
    '**A command**',
    '**A lifecycle key**',
  ]) {
    expect(text).toContain(question);
  }
});
