import { spawn } from 'node:child_process';
import { errorCode } from '../../model/index.js';
import type { Environment } from '../../model/index.js';
import { MAX_BYTES } from '../local-file.js';
import { onePasswordName } from './source.js';
import type { OnePasswordSource } from './source.js';
import { findProgram, programEnvironment } from '../programs.js';
import type { ProgramSearch } from '../programs.js';
import { StoreFailure, readStore, tooLarge } from '../store.js';
import { STORE_TIMEOUT_MS } from '../store-limits.js';
import type { RawReading, ValueContext } from '../reading.js';

const INSTALL = 'https://developer.1password.com/docs/cli/get-started';

/** How much of the error output of `op` is read, in bytes: enough to know the kind of failure. */
const MAX_WORDS = 8 * 1024;

/** What `op` takes from the environment besides what every program needs. */
const VARIABLES = ['OP_*', 'DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'WAYLAND_DISPLAY'];

/**
 * Reads a field of 1Password with its own program: `op read --no-newline REFERENCE`. Account and login are found by `op`: the
 * desktop application, `OP_SERVICE_ACCOUNT_TOKEN`, or `OP_CONNECT_HOST` and `OP_CONNECT_TOKEN`. The program is one outside the
 * repository and every `node_modules`, and it gets no variables but those that it needs.
 * @param timeoutMs how long it may take, in milliseconds; a person may have to unlock 1Password meanwhile
 * @returns the bytes that it prints, or a problem that names the reference and never a value
 */
export async function readOnePassword(
  source: OnePasswordSource,
  context: ValueContext,
  timeoutMs: number = STORE_TIMEOUT_MS,
): Promise<RawReading> {
  const surroundings = { env: context.env, folders: [context.cwd] };
  const search = await findProgram('op', surroundings);
  const reading: RawReading = await readStore<RawReading>({
    what: onePasswordName(source),
    context,
    timeoutMs,
    async read(signal) {
      // So that no part of it is read as a flag.
      if (!/^op:\/\/[^\0-\x1f]+$/.test(source.reference)) {
        throw new StoreFailure(
          'store-reference',
          'not a valid reference',
          'Write it as op://VAULT/ITEM/FIELD: "Copy Secret Reference" in 1Password gives it.',
        );
      }
      if (search.path === undefined) throw noProgram(search);
      context.log?.(`1Password: running ${search.path}`);
      const env = await programEnvironment(VARIABLES, surroundings);
      return {
        bytes: await runOp(search.path, { reference: source.reference, env, cwd: context.cwd }, signal),
      };
    },
  });
  const { problem } = reading;
  if (problem === undefined || search.path === undefined) return reading;
  return { problem: { ...problem, detail: `The program is ${search.path}.` } };
}

function noProgram({ refused: [first] }: ProgramSearch): StoreFailure {
  const next = `Install the 1Password command line (${INSTALL}), so that \`op --version\` works.`;
  if (first === undefined) return new StoreFailure('store-setup', 'the program op is not installed', next);
  return new StoreFailure(
    'store-setup',
    `the program ${first} is not run, since a branch or a package could have put it there`,
    `${next} Programs in the repository or in node_modules are not used.`,
  );
}

/** How to run `op`. */
interface OpCall {
  readonly reference: string;
  readonly env: Environment;
  readonly cwd: string;
}

/** Runs the program, without a shell, and gives what it prints. */
function runOp(path: string, { reference, env, cwd }: OpCall, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, ['read', '--no-newline', reference], {
      cwd,
      env,
      signal,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed: Buffer[] = [];
    let size = 0;
    let words = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > MAX_BYTES) {
        reject(tooLarge());
        child.kill('SIGKILL');
      } else {
        printed.push(chunk);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (words.length < MAX_WORDS) words += chunk.toString('latin1');
    });
    child.on('error', (error) => {
      reject(notStarted(error));
    });
    child.on('close', (code, killed) => {
      if (code === 0) resolve(Buffer.concat(printed));
      else reject(explainOp(words, code === null ? `signal ${killed ?? 'unknown'}` : `exit code ${code}`));
    });
  });
}

function notStarted(error: Error): StoreFailure {
  const code = errorCode(error) ?? 'unknown error';
  return new StoreFailure(
    'store-setup',
    `the program op cannot be started (${code})`,
    `Install the 1Password command line (${INSTALL}), so that \`op --version\` works.`,
  );
}

const SIGN_IN = 'Sign in (op signin), or set OP_SERVICE_ACCOUNT_TOKEN.';

/** Error output of `op`, and what it means. Only our own words are shown. */
const PHRASES: readonly (readonly [RegExp, StoreFailure])[] = [
  [
    /not (currently )?signed in|no accounts configured|session expired|sign(ing)? in|authorization (prompt|denied)/i,
    new StoreFailure('store-denied', 'op is not signed in', SIGN_IN),
  ],
  [
    /\b(401|403)\b|forbidden|unauthorized|invalid.*token|token.*(invalid|expired|deleted)|deauthorized/i,
    new StoreFailure('store-denied', '1Password does not let this account read it', SIGN_IN),
  ],
  [
    /more than one (item|vault|field)/i,
    new StoreFailure(
      'store-reference',
      'more than one item has this name',
      'Write the id of the item instead of its name.',
    ),
  ],
  [
    /isn't an? (item|vault|field|section|file)|isn't a vault|does not have a field|no (item|vault|field|section)|not found|\b404\b/i,
    new StoreFailure(
      'store-missing',
      'no such vault, item or field',
      'Check the reference: "Copy Secret Reference" in 1Password gives it.',
    ),
  ],
  [
    /invalid secret reference|too (few|many) '?\/'?|not a secret reference/i,
    new StoreFailure(
      'store-reference',
      'op does not accept this reference',
      'Write it as op://VAULT/ITEM/FIELD.',
    ),
  ],
  [
    /rate.?limit|too many requests|\b429\b/i,
    new StoreFailure('store-unreachable', 'too many requests', 'Run it again later.'),
  ],
  [
    /no such host|dial tcp|connection refused|network|timeout|deadline exceeded/i,
    new StoreFailure('store-unreachable', 'op cannot connect to 1Password', 'Check the network.'),
  ],
];

function explainOp(words: string, how: string): StoreFailure {
  // Names of the reference come back in quotes, and a vault may be called "Not found".
  const plain = words.replace(/"[^"\n]*"|'op:[^'\n]*'/g, '""');
  const known = PHRASES.find(([phrase]) => phrase.test(plain));
  if (known !== undefined) return known[1];
  return new StoreFailure('store-answer', `op failed (${how})`, 'Run `op read` by hand to see its error.');
}
