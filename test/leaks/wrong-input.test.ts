import { join } from 'node:path';
import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeProject } from '../support/project.js';
import { COMMAND, start } from '../support/command.js';
import { ROUNDS, randomOf, sampled } from './rounds.js';
import type { Random } from './rounds.js';
import { openSearch } from './search.js';
import { anyCanary, plainCanary } from './shapes.js';

/*
 * Values in the wrong place: nobody has told the program that they are values, so that nothing can be masked. What it does
 * not say at all is safe.
 */

const HEAD = 'version: 1\nstack: leaks\nproviders: { helios: { type: singlestore } }\n';

/** Configurations with a value pasted in where none belongs; `V` stands for it, quoted as YAML wants it. */
const PASTED: readonly string[] = [
  `${HEAD}secrets: { A: { value: V } }\n`,
  `${HEAD}secrets: { A: { vlaue: V } }\n`,
  `${HEAD}secrets: { A: V }\n`,
  `${HEAD}secrets: { A: { value: { env: V } } }\n`,
  `${HEAD}secrets: { A: { value: { evn: V } } }\n`,
  `${HEAD}secrets: { A: { value: [V] } }\n`,
  `${HEAD}secrets: { A: { value: { stdin: V } } }\n`,
  `${HEAD}secrets: { A: { value: { file: x, base64: V } } }\n`,
  `${HEAD}secrets: { A: { value: { env: X }, lifecycle: { protect: V } } }\n`,
  `${HEAD}secrets: { A: { value: { env: X } } }\nduckdb_servers: { s: { type: s3, options: { secret: V } } }\n`,
  `${HEAD}duckdb_servers: { s: { type: s3, user_mappings: { public: { secret: V } } } }\n`,
  `${HEAD}duckdb_servers: { s: { azure: { connection_string: V } } }\n`,
  `version: 1\nstack: leaks\nproviders: { helios: { type: singlestore, api_key: V } }\n`,
  `version: 1\nstack: leaks\nproviders: { w: { type: postgres, password: V } }\n`,
  `version: V\nstack: leaks\n`,
  `${HEAD}state: { backend: http, address: "http://127.0.0.1:1/", password: V }\n`,
  `${HEAD}nonsense: V\n`,
  `${HEAD}- V\n`,
  'V\n',
  '[V\n',
];

/** Where a configuration may have any text, so that it is `plan` that finds out. */
const TAKEN: readonly string[] = ['version: 1\nstack: leaks\nproviders: { w: { type: postgres, url: V } }\n'];

/** The same, and broken so that the parser itself complains; `V` stands for what was copied, as it is. */
const BROKEN: readonly string[] = [
  `${HEAD}secrets:\n  A:\n    value: V\n`,
  `${HEAD}secrets:\n  A:\n    value: "V\n`,
  `${HEAD}secrets:\n  A:\n\tvalue: V\n`,
  `${HEAD}secrets:\n  A: { value: &a V\n`,
  `${HEAD}secrets:\n  A: { value: !V x }\n`,
  `${HEAD}secrets:\n  A: { value: *V }\n`,
  `${HEAD}secrets:\n  A: { value: { env: X } }\nV\n`,
  `${HEAD}%V\n---\n`,
];

/** Command lines with a value in them. */
const TYPED: readonly ((value: string) => readonly string[])[] = [
  (value) => ['plan', `--token=${value}`],
  (value) => ['plan', '--token', value],
  (value) => ['apply', '--max-deletes', value],
  (value) => ['apply', `--lock-timeout=${value}`],
  (value) => ['plan', '--parallelism', value],
  (value) => ['plan', value],
  (value) => ['validate', value, '--json'],
  (value) => ['validate', `--json=${value}`],
  (value) => [value],
  (value) => ['state', value],
  (value) => ['sandbox', '--port', value],
  (value) => ['run', '--env', value, '--', 'true'],
  (value) => ['init', value],
];

async function openFolder(random: Random) {
  const canary = anyCanary(random);
  const search = openSearch();
  search.add('value', canary);
  const project = await makeProject({}, { SECRETS_LOG: 'debug' });
  onTestFinished(project.remove);
  return {
    value: canary.text,
    search,
    project,
    /** Runs the command, which must fail and tell nothing. */
    fails: async (...args: readonly string[]): Promise<void> => {
      const running = start(COMMAND, args, { cwd: project.folder, env: { ...project.env } });
      const { code, stdout, stderr } = await running.finished;
      const shown = `${args.join(' ').slice(0, 200)}:\n${stdout}${stderr}`;
      expect.soft(search.find(stdout + stderr), shown).toEqual([]);
      expect.soft(code, shown).toBe(1);
      expect.soft(stdout + stderr).not.toContain('bug in secrets');
    },
  };
}

describe.each(ROUNDS)('a value in the wrong place is not told: round %i', (round) => {
  it('in a configuration', async () => {
    const random = randomOf('pasted', round);
    for (const text of sampled(random, [...PASTED, ...TAKEN], 4)) {
      const { project, value, fails } = await openFolder(random);
      await project.write(
        'secrets.yaml',
        text.replace('V', () => JSON.stringify(value)),
      );
      if (!TAKEN.includes(text)) await fails('validate');
      await fails('plan', '--json');
    }
    for (const text of sampled(random, BROKEN, 3)) {
      const { project, value, fails } = await openFolder(random);
      await project.write(
        'secrets.yaml',
        text.replace('V', () => value),
      );
      await fails('validate', '--json');
    }
  });

  it('in a file that is no configuration', async () => {
    const { project, value, fails } = await openFolder(randomOf('file', round));
    const place = join(project.folder, 'secrets.yaml');
    await writeFile(place, Buffer.concat([Buffer.from(value), Buffer.from([0xff, 0x00, 0xfe])]));
    await fails('validate');
    await rm(place);
    await fails('validate', '--json');
  });

  it('on the command line', async () => {
    const random = randomOf('typed', round);
    for (const typed of sampled(random, TYPED, 4)) {
      const { project, search, fails } = await openFolder(random);
      // An argument holds no NUL, and a value that starts with a dash is a flag.
      const canary = plainCanary(random);
      search.add('typed', canary);
      await project.write('secrets.yaml', `${HEAD}secrets: { A: { value: { env: X } } }\n`);
      await fails(...typed(canary.text));
    }
  });
});
