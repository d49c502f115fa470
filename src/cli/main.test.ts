import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as full from '../../test/report/samples.js';
import { runInProcess, startCli } from '../../test/support/cli.js';
import { encodeState } from '../state/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-cli-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const CONFIGURATION = `version: 1
stack: cli
providers:
  helios: { type: singlestore, api_key: { env: HELIOS_KEY } }
secrets:
  TOKEN: { value: { env: TOKEN } }
`;

describe('help and version', () => {
  it.each([[[]], [['help']], [['-h']], [['--help']]])('%j: all commands', async (argv) => {
    const { code, stdout, stderr } = await runInProcess(argv);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain('USAGE\n  $ secrets [COMMAND]\n');
    expect(stdout).toMatch(/^ {2}plan +Show the changes that the configuration requires\.$/m);
    expect(stdout).toMatch(/^ {2}help +Show the commands/m);
    expect(stdout).toMatch(/^TOPICS\n {2}state +Inspect and edit the state/m);
  });

  it.each([[['help', 'plan']], [['plan', '-h']], [['plan', '--help']], [['plan', '-f', 'x.yaml', '--help']]])(
    '%j: a command with its flags and examples',
    async (argv) => {
      const { code, stdout } = await runInProcess(argv);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^Show the changes that the configuration requires\.\n\nUSAGE\n {2}\$ secrets plan \[FLAGS\]\n/,
      );
      expect(stdout).toMatch(/^ {2}-f, --file=<path>\.\.\. +Configuration file, folder or glob\./m);
      expect(stdout).toMatch(/^ +--parallelism=<n> +\[default: 10\] How many requests/m);
      expect(stdout).not.toContain('Promise');
      expect(stdout).toContain('  $ secrets plan --out secrets.plan\n');
    },
  );

  it.each([
    [['help', 'state', 'list']],
    [['state', 'list', '-h']],
    [['state:list', '-h']],
    [['help', 'state', 'list', '-h']],
  ])('%j: a command of two words', async (argv) => {
    const { stdout } = await runInProcess(argv);
    expect(stdout).toMatch(/^USAGE\n {2}\$ secrets state list \[PATTERN\] \[FLAGS\]\n/m);
  });

  it.each([[['state']], [['help', 'state']], [['state', '--help']]])('%j: a topic', async (argv) => {
    const { code, stdout } = await runInProcess(argv);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}state mv +Change the address/m);
  });

  it.each([[['version']], [['--version']]])('%j', async (argv) => {
    const { code, stdout } = await runInProcess(argv, { runtime: 'Node v99' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^secrets \d+\.\d+\.\d+ \(Node v99\)\n$/);
  });

  it('every command has help, with a summary for each of its flags and arguments', async () => {
    const { commands } = await import('../commands/registry.js');
    for (const { id, summary, load } of commands) {
      const name = id.replaceAll(':', ' ');
      const { code, stdout } = await runInProcess(['help', ...name.split(' ')]);
      expect(code, name).toBe(0);
      if (id === 'help') continue;
      expect(stdout, name).toContain(`USAGE\n  $ secrets ${name}`);
      expect(stdout, name).toContain(`${summary}\n\n`);
      const { flags, baseFlags, args, examples } = await load();
      for (const [flag, definition] of Object.entries({ ...flags, ...baseFlags })) {
        expect(definition.summary, flag).toEqual(expect.any(String));
        expect(stdout, name).toContain(flag);
      }
      for (const [arg, { description }] of Object.entries(args)) {
        expect(description, arg).toEqual(expect.any(String));
      }
      expect(examples.length, name).toBeGreaterThan(0);
      for (const example of examples as readonly string[]) expect(stdout).toContain(`  $ ${example}\n`);
      expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true);
    }
  });
});

describe('a command line that is wrong', () => {
  it.each([
    [['aply'], 'Unknown command: aply', 'Did you mean secrets apply?'],
    [['state', 'lst'], 'Unknown command: state lst', 'Did you mean secrets state list?'],
    [['help', 'plam'], 'Unknown command: plam', 'Did you mean secrets plan?'],
    [['help', 'state', 'lst', '-h'], 'Unknown command: state lst', 'Did you mean secrets state list?'],
    [['aply', '--help'], 'Unknown command: aply', 'Did you mean secrets apply?'],
    [['help', '--bogus'], 'Unknown flag: --bogus', 'Run: secrets help --help'],
    [['version', 'x'], 'Unexpected argument: x', 'Run: secrets version --help'],
    [['stat', 'list'], 'Unknown command: stat', 'Did you mean secrets state?'],
    [['xyzzy'], 'Unknown command: xyzzy', 'Run: secrets --help'],
    [['--json', 'plan'], 'Missing command before --json', 'Flags come after the command.'],
    [['apply', '--auto-aprove'], 'Unknown flag: --auto-aprove', 'Did you mean --auto-approve?'],
    [['apply', '--no-lok'], 'Unknown flag: --no-lok', 'Did you mean --no-lock?'],
    [['plan', '--bogus'], 'Unknown flag: --bogus', 'Run: secrets plan --help'],
    [['plan', 'secrets.yaml'], 'Unexpected argument: secrets.yaml', 'use -f: secrets plan -f secrets.yaml'],
    [['plan', '-f'], 'Flag --file expects a value', 'Run: secrets plan --help'],
    [['show'], 'Missing argument: PLAN', 'For example: secrets show secrets.plan'],
    [['state', 'rm'], 'Missing argument: ADDRESS', 'secrets state rm secret.helios.HANDED_OVER'],
    [
      ['apply', '--lock-timeout', 'soon'],
      '--lock-timeout takes a duration such as 30s',
      'secrets apply --help',
    ],
    [
      ['plan', '--format', 'jsno'],
      'Unknown format: jsno',
      'Did you mean json? The formats are: human, json.',
    ],
    [['run', '--env', 'A=secret.helios.A', 'env'], 'The program must come after `--`.', '-- python train.py'],
    [['run', '--env', 'A=secret.helios.A', 'ls', '-l'], 'The program must come after `--`.', '--env'],
    [['run', '--', 'env'], 'A program and at least one variable', '--env'],
  ])('%j', async (argv, summary, next) => {
    const { code, stdout, stderr } = await runInProcess(argv, { cwd: folder });
    expect(code).toBe(1);
    expect(stdout === '').toBe(!argv.includes('--json'));
    const [first, ...rest] = stderr.split('\n');
    expect(first).toContain(`Error: ${summary}`);
    expect(rest.find((line) => line.startsWith('  Next: '))).toContain(next);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    [['plan', '--bogus', '--json'], 'plan'],
    [['validate', '--format', 'json', 'x'], 'validate'],
    [['state', 'show', '--format=json'], 'state'],
    [['aply', '--json'], 'error'],
    [['state', 'lst', '--json'], 'error'],
    [['graph', '--json'], 'graph'],
    [['pull', '--json'], 'pull'],
    [['init', '--json', 'x'], 'error'],
  ])('is one JSON document where JSON is wanted: %j', async (argv, document) => {
    const { code, stdout } = await runInProcess(argv, { cwd: folder });
    expect(code).toBe(1);
    expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
    const parsed = JSON.parse(stdout) as { diagnostics: readonly unknown[] };
    expect(parsed).toMatchObject({ document, version: 1, status: 'error' });
    expect(parsed.diagnostics.length).toBeGreaterThan(0);
  });

  it('is the last event of apply', async () => {
    const { stdout } = await runInProcess(['apply', '--json'], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({
      event: 'end',
      status: 'error',
      diagnostics: [{ code: 'nobody-to-ask' }],
    });
  });

  it('is not repeated where it may hold a value', async () => {
    const { stderr, stdout } = await runInProcess(['plan', '--token=hf_Zq81Zq82Zq83', '--json']);
    expect(stdout + stderr).not.toContain('hf_Zq81Zq82Zq83');
  });
});

describe('state pull', () => {
  it('prints the state as it is, whatever values the run knows', async () => {
    await writeFile(
      join(folder, 'secrets.yaml'),
      CONFIGURATION.replace('stack: cli', 'stack: cli\nstate: { backend: local, path: state.json }'),
    );
    const text = encodeState({ ...full.state, stack: 'cli' });
    await writeFile(join(folder, 'state.json'), text);
    const [record] = full.state.records;
    const env = { SINGLESTOREDB_MANAGEMENT_TOKEN: record?.address ?? '', SECRETS_KEY: 'records' };
    const pulled = await runInProcess(['state', 'pull'], { cwd: folder, env });
    expect(pulled).toEqual({ code: 0, stdout: text, stderr: '' });
    const listed = await runInProcess(['state', 'list'], { cwd: folder, env });
    expect(listed.stdout).toBe(full.state.records.map(({ address }) => `${address}\n`).join(''));
  });
});

describe('commands in one process', () => {
  it('print help to their own streams', async () => {
    const topic = startCli(['help', 'state']);
    topic.stdin.end();
    const [first, second] = await Promise.all([
      runInProcess(['state', 'mv', '--help']),
      runInProcess(['help', 'plan', '--no-color'], { isTTY: true }),
    ]);
    await topic.code;
    expect(topic.stdout()).toMatch(/^ {2}state mv +Change/m);
    expect(first.stdout).toContain('$ secrets state mv FROM TO [FLAGS]\n');
    expect(second.stdout).toContain('$ secrets plan [FLAGS]\n');
    for (const text of [topic.stdout(), first.stdout, second.stdout]) {
      expect(text.match(/^USAGE$/gm)).toHaveLength(1);
    }
    expect(process.exitCode).toBeUndefined();
  });

  it('mask their own values, and not those of others', async () => {
    const mistyped = (word: string) => runInProcess(['plan', word, '--json'], { cwd: folder });
    const [first, second] = await Promise.all([mistyped('first-Value-1'), mistyped('second-Value-2')]);
    for (const { stdout, stderr } of [first, second]) {
      expect(stdout).toContain('(sensitive value)');
      expect(stdout + stderr).not.toMatch(/-Value-/);
    }
  });

  it('use the folder, environment and streams that they are given', async () => {
    await writeFile(join(folder, 'secrets.yaml'), CONFIGURATION);
    const value = (TOKEN: string) => runInProcess(['get', 'TOKEN'], { cwd: folder, env: { TOKEN } });
    const [first, second, missing] = await Promise.all([
      value('first-value'),
      value('second-value'),
      runInProcess(['get', 'TOKEN'], { cwd: join(folder, 'elsewhere'), env: { TOKEN: 'x' } }),
    ]);
    expect(first).toEqual({ code: 0, stdout: 'first-value', stderr: '' });
    expect(second.stdout).toBe('second-value');
    expect(missing).toMatchObject({ code: 1, stdout: '' });
  });

  it('read standard input of their own', async () => {
    await writeFile(join(folder, 'secrets.yaml'), CONFIGURATION.replace('{ env: TOKEN }', '{ stdin: true }'));
    const [first, second] = await Promise.all([
      runInProcess(['get', 'TOKEN'], { cwd: folder }, 'first'),
      runInProcess(['get', 'TOKEN'], { cwd: folder }, 'second'),
    ]);
    expect([first.stdout, second.stdout]).toEqual(['first', 'second']);
  });

  it('run a program there, and give its exit code and output', async () => {
    await writeFile(join(folder, 'secrets.yaml'), CONFIGURATION);
    const script = 'process.stdout.write(process.env.KEY + process.cwd()); process.exitCode = 7';
    const { code, stdout } = await runInProcess(
      ['run', '--env', 'KEY=TOKEN', '--', process.execPath, '-e', script, '--', '-h'],
      { cwd: folder, env: { TOKEN: 'the-value', SECRETS_KEY: 'x' } },
    );
    expect({ code, stdout }).toEqual({ code: 7, stdout: `the-value${folder}` });
  });

  it('write files relative to their folder', async () => {
    const { code, stdout } = await runInProcess(['init'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain('secrets validate');
    const log = await runInProcess(['validate', '--log-file', 'debug.log'], { cwd: folder });
    expect(log.code).toBe(0);
    expect(await readFile(join(folder, 'debug.log'), 'utf8')).toMatch(/ secrets \d+\.\d+\.\d+, validate/);
    expect(await runInProcess(['init'], { cwd: folder })).toMatchObject({ code: 1, stdout: '' });
  });

  it('end at the first signal where nothing is written', async () => {
    await writeFile(join(folder, 'secrets.yaml'), CONFIGURATION.replace('{ env: TOKEN }', '{ stdin: true }'));
    const running = startCli(['get', 'TOKEN'], { cwd: folder });
    setTimeout(() => {
      running.signal('SIGINT');
    }, 50);
    expect(await running.code).toBe(130);
    running.stdin.end('late');
    expect(running.stdout()).toBe('');
  });
});
