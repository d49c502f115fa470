/*
 * The quickstart, as a user would do it: every command is a process of its own, echoed before it runs. Works in a temporary
 * folder, on the sandbox, and removes everything at the end.
 */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const secrets = join(here, '../../bin/run.js');
const folder = mkdtempSync(join(tmpdir(), 'secrets-quickstart-'));
const isLive = process.stdout.isTTY;
const bold = (text) => (isLive ? `\u001b[1m${text}\u001b[22m` : text);

copyFileSync(join(here, 'secrets.yaml'), join(folder, 'secrets.yaml'));
const sandbox = await startSandbox();
const env = { ...process.env, ...sandbox.variables };
// The fingerprint key is next to the state here; one from the environment would outlive this folder.
delete env.SECRETS_KEY;
try {
  say('Is the configuration valid? This needs no credentials.');
  run(0, 'validate');
  say('What would change?');
  run(0, 'plan');
  say('Apply it. (On a terminal, without --auto-approve, it asks.)');
  run(0, 'apply', '--auto-approve');
  say('Plan again: no changes.');
  run(0, 'plan');
  say('Now Ben rotates a key by hand, and shares it with Chloe, without Git.');
  await byHand();
  say('A scheduled job runs this. It exits with 2, and says what changed, by whom, and when.');
  run(2, 'drift');
  say('Restore what Git says.');
  run(0, 'apply', '--auto-approve');
  run(0, 'drift');
} finally {
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`
${bold('That was everything once.')} The sandbox is stopped, and nothing is left on this machine.

What to try next:
  1. In one terminal:  npx secrets sandbox --write-env sandbox.env
  2. In another:       set -a; . ./sandbox.env; set +a
                       npx secrets apply -f examples/quickstart
  3. Change examples/quickstart/secrets.yaml: remove a reader, misspell a key, add a server. Then plan again.
  4. README.md, 'From nothing to a pipeline', for your own systems.
`);

function say(text) {
  console.log(`\n${bold(`# ${text}`)}`);
}

/** Runs the real command, its output straight to this terminal, and holds it to its exit code. */
function run(expected, ...args) {
  console.log(bold(`$ secrets ${args.join(' ')}`));
  const { status } = spawnSync(secrets, args, { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] });
  console.log(`(exit code ${String(status)})`);
  if (status !== expected) {
    throw new Error(`secrets ${args.join(' ')} was to exit with ${expected}, and exited with ${status}`);
  }
}

async function startSandbox() {
  const envFile = join(folder, 'sandbox.env');
  console.log(bold('$ secrets sandbox --write-env sandbox.env &'));
  const child = spawn(secrets, ['sandbox', '--json', '--write-env', envFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  const isReady = await Promise.race([
    new Promise((resolve) => child.stdout.once('data', () => resolve(true))),
    exited.then(() => false),
  ]);
  if (!isReady) throw new Error('the sandbox did not start');
  process.once('SIGINT', () => void stop().then(() => process.exit(130)));
  return { variables: parseEnv(readFileSync(envFile, 'utf8')), stop };
}

/** What Ben does with his own key and the Management API, as the Cloud Portal would. */
async function byHand() {
  const base = env.SINGLESTOREDB_MANAGEMENT_BASE_URL;
  const call = async (method, path, body) => {
    console.log(bold(`$ curl -X ${method} …${path}   (as ben@example.com)`));
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${env.SANDBOX_BEN_TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
    return response.headers.get('content-type')?.includes('json') ? response.json() : undefined;
  };
  const { secrets: found } = await call('GET', '/v1/secrets?name=AWS_SECRET_KEY');
  const users = await call('GET', '/v1/users');
  const chloe = users.find((user) => user.email === 'chloe@example.com');
  const path = `/v1/secrets/${found[0].secretID}`;
  await call('PATCH', path, { value: 'rotated-by-hand' });
  const grants = [{ role: 'Reader', users: [chloe.userID], teams: [] }];
  await call('PATCH', `${path}/accessControls`, { grants, revokes: [] });
}
