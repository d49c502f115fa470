import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultSeed } from '../../src/sandbox/helios/index.js';
import { runInProcess } from '../support/cli.js';
import { configuration, openAttackSite } from './site.js';

/** What a runner obeys: `::name::` at the start of a line, which it trims, and `##[…]` and its kin anywhere. */
const OBEYED = /^\s*::|##\w*\[/m;

it.each([
  [
    'a new line',
    'Ops\n::stop-commands::pwned\n::add-mask::a\nNo changes. Your secrets match the configuration.',
  ],
  ['an older form, without one', 'Ops ##[set-output name=approved]yes'],
  ['the form of Azure Pipelines', '##vso[task.setvariable variable=x]y'],
  ['the start of the name', '::add-mask::a'],
  ['spaces where a line may be folded', `${'x '.repeat(60)}::add-mask::a ${'y '.repeat(60)}`],
])('the name of a remote team is no command to a CI system: %s', async (_, name) => {
  const team = { name, users: ['ben@example.com'] };
  const site = await openAttackSite(
    { 'secrets.yaml': configuration('  A: { value: { env: A }, owners: [user:ana@example.com] }\n') },
    { seed: { ...defaultSeed, teams: [...defaultSeed.teams, team] } },
  );
  const { control } = site.helios;
  const surroundings = { cwd: site.folder, env: { ...site.env, SECRETS_LOG: 'debug' } };
  const run = (...argv: readonly string[]) => runInProcess(argv, surroundings);
  expect((await run('apply', '--auto-approve')).code).toBe(0);
  control.edit({ kind: 'grant', secret: 'A', role: 'Reader', team: name, by: 'ben@example.com' });
  control.edit({ kind: 'create-secret', name: 'B', value: 'x', by: 'ben@example.com' });
  control.edit({
    kind: 'grant',
    secret: 'B',
    role: 'Owner',
    user: 'ci-bot@example.com',
    by: 'ben@example.com',
  });
  control.edit({ kind: 'grant', secret: 'B', role: 'Reader', team: name, by: 'ben@example.com' });
  for (const argv of [
    ['plan'],
    ['plan', '--json'],
    ['plan', '--out', 'saved.plan'],
    ['show', 'saved.plan'],
    ['drift'],
    ['drift', '--json'],
    ['pull'],
    ['pull', '--json'],
    ['apply', '--auto-approve'],
    ['state', 'pull'],
    ['state', 'list'],
  ]) {
    const { stdout, stderr } = await run(...argv);
    expect(stdout, argv.join(' ')).not.toMatch(OBEYED);
    expect(stderr, argv.join(' ')).not.toMatch(OBEYED);
    if (argv.includes('--json')) JSON.parse(stdout);
  }
  const pulled = parse((await run('pull')).stdout) as { secrets: { B: { readers: readonly string[] } } };
  expect(pulled.secrets.B.readers).toContain(`team:${name}`);
});
