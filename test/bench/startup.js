/*
 * What starting costs, in CPU time as a ratio to `node -e 0` of the same run: `secrets --version`, and `secrets plan` on the
 * quickstart against the sandbox. Prints both; judges nothing, since a busy machine would.
 */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const secrets = join(root, 'bin/run.js');
const folder = mkdtempSync(join(tmpdir(), 'secrets-bench-'));
const RUNS = Number(process.env['RUNS'] ?? 9);

copyFileSync(join(root, 'examples/quickstart/secrets.yaml'), join(folder, 'secrets.yaml'));
const sandbox = spawn(secrets, ['sandbox', '--json', '--write-env', join(folder, 'sandbox.env')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const exited = new Promise((resolve) => sandbox.once('exit', resolve));
try {
  await new Promise((resolve) => sandbox.stdout.once('data', resolve));
  const env = { ...process.env, ...parseEnv(readFileSync(join(folder, 'sandbox.env'), 'utf8')) };
  const base = cpu(process.execPath, ['-e', '0'], env);
  const version = cpu(secrets, ['--version'], env);
  const plan = cpu(secrets, ['plan'], env);
  const row = (name, seconds, limit) =>
    console.log(
      `${name.padEnd(24)} ${(seconds * 1000).toFixed(0).padStart(5)} ms CPU  ${(seconds / base).toFixed(2)} × node -e 0${limit}`,
    );
  console.log(`median of ${RUNS} runs, Node ${process.version}`);
  row('node -e 0', base, '');
  row('secrets --version', version, '  (aim: at most 4)');
  row('secrets plan', plan, '  (quickstart; aim: at most 8)');
} finally {
  sandbox.kill('SIGTERM');
  await exited;
  rmSync(folder, { recursive: true, force: true });
}

/** The median CPU time (user and system, seconds) of a command's runs, read from its own resource usage. */
function cpu(command, args, env) {
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    const before = childTime();
    spawnSync(command, args, { cwd: folder, env, stdio: 'ignore' });
    times.push(childTime() - before);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

/** The CPU time of all ended children of this process so far, in seconds (Linux). */
function childTime() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
